package dev.voxgrad.engine.op.conv3d.cpu.winograd;

import java.util.Objects;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;
import dev.voxgrad.engine.op.conv3d.cpu.InputGradientWriter;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelReader;
import dev.voxgrad.engine.testing.DeviceAgreement;
import dev.voxgrad.engine.testing.Samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

@Tag("kernels")
class StagesTest {
    /** ResNet-18's layers, and those of the nets of growing width. */
    @Test
    void deepLayersAreComputedInStages() {
        assertThat(Stages.pay(sizes(32, 512, 512, Dims3.cube(4), Dims3.ONE))).isTrue();
        assertThat(Stages.pay(sizes(32, 256, 256, Dims3.cube(7), Dims3.ONE))).isTrue();
        assertThat(Stages.pay(sizes(32, 128, 128, Dims3.cube(14), Dims3.ONE))).isFalse();
        assertThat(Stages.pay(sizes(32, 64, 64, Dims3.cube(28), Dims3.ONE))).isFalse();
        assertThat(Stages.pay(sizes(32, 32, 32, Dims3.cube(28), Dims3.ONE))).isFalse();
        assertThat(Stages.pay(sizes(32, 64, 128, Dims3.cube(7), Dims3.ONE))).isFalse();
    }

    /** The batch is divided so that V and M take no more than 64 MiB, and a larger one takes no more than this. */
    @Test
    void scratchIsBounded() {
        for (int batch : new int[] {1, 5, 33, 1000}) {
            for (int edge : new int[] {4, 7, 10}) {
                Winograd w = sizes(batch, 512, 300, Dims3.cube(edge), Dims3.ONE);
                Stages stages = new Stages(w);
                assertThat(Stages.pay(w)).isTrue();
                assertThat(4L * (stages.input(64) + stages.output(64)))
                        .as("bytes of %d samples of %d³", batch, edge)
                        .isLessThan((64 << 20) + 4096);
            }
        }
    }

    @Test
    void agreesWithTheReference() {
        int[][] shapes = { // samples, channels in and out, depth, height, width, padding along each
            {1, 48, 130, 4, 4, 4, 1, 1, 1},
            {2, 130, 65, 5, 4, 7, 1, 0, 2},
            {5, 64, 64, 4, 5, 4, 1, 1, 1},
            {33, 64, 65, 4, 4, 4, 0, 1, 0}
        };
        try (CpuDevice cpu = new CpuDevice(2)) {
            for (int[] s : shapes) {
                Shape x = Shape.of(s[0], s[1], s[3], s[4], s[5]);
                Shape w = Shape.of(s[2], s[1], 3, 3, 3);
                Conv3dOp op = new Conv3dOp(Dims3.ONE, new Dims3(s[6], s[7], s[8]), Dims3.ONE, 1);
                assertThat(new Winograd(op.geometry(x, w, op.outputShape(x, w))).staged())
                        .as("%s in stages", x)
                        .isTrue();
                int terms = Math.max(s[0] * x.elementsFrom(2), Math.max(s[1], s[2]) * 27);
                int compared =
                        DeviceAgreement.check(cpu, terms, in -> in[0].conv3d(in[1], in[2], op), x, w, Shape.of(s[2]));
                assertThat(compared).isEqualTo(4);
            }
        }
    }

    /** Both forms make the same products; only the weight gradient adds them up in another order. */
    @Test
    void agreesWithBlocksInOneStageAndInSeveral() {
        Winograd w = sizes(5, 20, 35, new Dims3(9, 8, 11), Dims3.ONE);
        float[] x = floats(w.batch * w.input.product() * w.inputs, 1);
        float[] weight = floats(w.outputs * w.inputs * 27, 2);
        float[] dy = floats(w.batch * w.output.product() * w.outputs, 3);
        try (CpuDevice cpu = new CpuDevice(2)) {
            float[][] blocks = run(cpu, w, new WinogradForward(cpu, w), new WinogradBackward(cpu, w), x, weight, dy);
            for (long floats : new long[] {1, 3_000_000, 1L << 40}) {
                Stages stages = new Stages(w, floats);
                float[][] staged =
                        run(cpu, w, new StagedForward(cpu, stages), new StagedBackward(cpu, stages), x, weight, dy);
                assertThat(staged[0]).as("%d samples a stage", stages.samples).isEqualTo(blocks[0]);
                for (int pass = 1; pass < 3; pass++) {
                    for (int i = 0; i < blocks[pass].length; i++) {
                        assertThat(staged[pass][i]).isCloseTo(blocks[pass][i], within(1e-3f));
                    }
                }
            }
        }
    }

    private static float[][] run(
            CpuDevice cpu,
            Winograd w,
            WinogradPasses.Forward forward,
            WinogradPasses.Backward backward,
            float[] x,
            float[] weight,
            float[] dy) {
        float[] y = new float[dy.length];
        float[] dx = new float[x.length];
        float[] dw = new float[weight.length];
        VoxelReader reader = VoxelReader.of(x, w.inputs, w.paddedInputs);
        float[] u = WinogradWeights.forward(cpu, w, weight, null);
        forward.run(reader, u, new float[w.paddedOutputs], w.outputLayout().copyTo(y));
        float[] v = WinogradWeights.gradInput(cpu, w, weight);
        backward.run(
                reader,
                w.outputLayout().copyFrom(dy),
                dw,
                v,
                InputGradientWriter.to(dx, w.inputs, w.input, w.paddedInputs));
        return new float[][] {y, dx, dw};
    }

    @Test
    void threadCountDoesNotChangeResults() {
        float[][] one = results(1);
        for (int threads : new int[] {2, 5}) {
            assertThat(results(threads)).as("%d threads", threads).isDeepEqualTo(one);
        }
    }

    private static float[][] results(int threads) {
        Shape xShape = Shape.of(5, 130, 4, 5, 4);
        Shape wShape = Shape.of(66, 130, 3, 3, 3);
        try (CpuDevice cpu = new CpuDevice(threads)) {
            Tensor x = Tensor.of(cpu, xShape, Samples.gaussian(xShape, 1)).requiresGrad(true);
            Tensor w = Tensor.of(cpu, wShape, Samples.gaussian(wShape, 2)).requiresGrad(true);
            Tensor y = x.conv3d(w, null, Conv3dOp.padded(1));
            Gradients gradients = y.backward(Tensor.of(cpu, y.shape(), Samples.gaussian(y.shape(), 4)));
            return new float[][] {
                y.toArray(),
                Objects.requireNonNull(gradients.of(x)).toArray(),
                Objects.requireNonNull(gradients.of(w)).toArray()
            };
        }
    }

    private static Winograd sizes(int batch, int inputs, int outputs, Dims3 edge, Dims3 padding) {
        Conv3dOp op = new Conv3dOp(Dims3.ONE, padding, Dims3.ONE, 1);
        Shape x = Shape.of(batch, inputs, edge.d(), edge.h(), edge.w());
        Shape w = Shape.of(outputs, inputs, 3, 3, 3);
        Conv3dGeometry g = op.geometry(x, w, op.outputShape(x, w));
        return new Winograd(g);
    }

    private static float[] floats(int length, int seed) {
        double[] values = Samples.gaussian(Shape.of(length), seed);
        float[] floats = new float[length];
        for (int i = 0; i < length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }
}
