package dev.voxgrad.engine.op.conv3d.cpu.direct;

import java.util.Arrays;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;
import dev.voxgrad.engine.op.conv3d.cpu.InputGradientWriter;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelReader;
import dev.voxgrad.engine.random.RandomStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

@Tag("kernels")
class TiledDirectConv3dTest {
    private static final int CHANNELS = 32;
    private static final int OUTPUTS = 17;
    private static final int EDGE = 16;
    private static final int INPUT = CHANNELS * EDGE * EDGE * EDGE;
    private static final int OUTPUT = OUTPUTS * EDGE * EDGE * EDGE / 8;
    private static final int WEIGHTS = OUTPUTS * CHANNELS * 9;

    /** A batch of 150 takes 83 MB; it is divided into pieces of 32 MiB, whose results are those of single samples. */
    @Test
    void largeBatchIsProcessedInPiecesOfBoundedSize() {
        int batch = 150;
        float[] x = random(batch * INPUT, 1);
        float[] weight = random(WEIGHTS, 2);
        float[] dy = random(batch * OUTPUT, 3);
        float[][] all;
        try (CpuDevice cpu = new CpuDevice(2)) {
            all = run(cpu, batch, x, weight, dy);
            assertThat(cpu.allocatedBytes()).isLessThan(48L << 20);
        }
        try (CpuDevice cpu = new CpuDevice(2)) {
            double[] dw = new double[WEIGHTS];
            for (int i = 0; i < batch; i++) {
                float[][] one = run(
                        cpu,
                        1,
                        Arrays.copyOfRange(x, i * INPUT, (i + 1) * INPUT),
                        weight,
                        Arrays.copyOfRange(dy, i * OUTPUT, (i + 1) * OUTPUT));
                assertThat(Arrays.equals(one[0], 0, OUTPUT, all[0], i * OUTPUT, (i + 1) * OUTPUT))
                        .as("output %d", i)
                        .isTrue();
                assertThat(Arrays.equals(one[1], 0, INPUT, all[1], i * INPUT, (i + 1) * INPUT))
                        .as("input gradient %d", i)
                        .isTrue();
                for (int j = 0; j < WEIGHTS; j++) {
                    dw[j] += one[2][j];
                }
            }
            // 76,800 products of at most 1/4, in sums of at most 5,000 roundings. A lost piece of the batch would
            // change
            // most weights by more than 10.
            double bound = 5000 * 0x1p-24 * 76_800 / 4;
            for (int j = 0; j < WEIGHTS; j++) {
                assertThat((double) all[2][j]).isCloseTo(dw[j], within(bound));
            }
        }
    }

    @Test
    void threadCountDoesNotChangeResults() {
        int batch = 70;
        float[] x = random(batch * INPUT, 4);
        float[] weight = random(WEIGHTS, 5);
        float[] dy = random(batch * OUTPUT, 6);
        float[][] one;
        try (CpuDevice cpu = new CpuDevice(1)) {
            one = run(cpu, batch, x, weight, dy);
        }
        for (int threads : new int[] {2, 5}) {
            try (CpuDevice cpu = new CpuDevice(threads)) {
                assertThat(Arrays.deepEquals(run(cpu, batch, x, weight, dy), one))
                        .as("%d threads", threads)
                        .isTrue();
            }
        }
    }

    /** Returns the output and the gradients of input and weight of a planar convolution of stride 2. */
    private static float[][] run(CpuDevice cpu, int batch, float[] x, float[] weight, float[] dy) {
        Shape input = Shape.of(batch, CHANNELS, EDGE, EDGE, EDGE);
        Shape kernel = Shape.of(OUTPUTS, CHANNELS, 1, 3, 3);
        Conv3dOp op = new Conv3dOp(Dims3.cube(2), new Dims3(0, 1, 1), Dims3.ONE, 1);
        Conv3dGeometry g = op.geometry(input, kernel, op.outputShape(input, kernel));
        TiledDirectConv3d direct = new TiledDirectConv3d(cpu, g);
        float[] y = new float[dy.length];
        float[] dx = new float[x.length];
        float[] dw = new float[weight.length];
        VoxelReader reader = VoxelReader.of(x, CHANNELS, CHANNELS);
        direct.forward(reader, weight, null, null, direct.outputLayout().copyTo(y));
        direct.backward(
                reader,
                direct.outputLayout().copyFrom(dy),
                weight,
                dw,
                InputGradientWriter.to(dx, CHANNELS, g.input(), CHANNELS));
        return new float[][] {y, dx, dw};
    }

    private static float[] random(int length, int seed) {
        RandomStream random = new RandomStream(seed, 0, 0, 0);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return values;
    }
}
