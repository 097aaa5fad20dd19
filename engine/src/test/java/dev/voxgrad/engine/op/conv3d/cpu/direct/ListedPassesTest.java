package dev.voxgrad.engine.op.conv3d.cpu.direct;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ConvolutionMode;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.op.acsconv3d.AcsConv3dOp;
import dev.voxgrad.engine.op.conv3d.AcsSplit;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;
import dev.voxgrad.engine.op.conv3d.ConvolutionOp;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelReader;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelWriter;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.engine.testing.DeviceAgreement;
import dev.voxgrad.engine.testing.Samples;
import dev.voxgrad.engine.trace.Pass;

import static org.assertj.core.api.Assertions.assertThat;

@Tag("kernels")
class ListedPassesTest {
    private static final int BLOCK = PackedWeights.BLOCK;

    /** Even kernels, whose last plane is outside the volume, and views of no channel are among them. */
    @ParameterizedTest
    @CsvSource({
        "1, 16, 128,  7,  7,  7, 3, 2, 43, 43, 42",
        "5, 17,   2,  4,  4,  4, 3, 2,  1,  1,  0",
        "2, 33,  40,  5,  8,  9, 3, 2, 40,  0,  0",
        "1, 20,  37,  9,  4,  7, 3, 2,  0, 37,  0",
        "3, 16,  35,  6,  7,  5, 3, 2,  0,  2, 33",
        "2, 19,  51, 14,  3,  1, 3, 2, 17, 17, 17",
        "1, 64,  64,  2,  2,  2, 3, 1, 22, 21, 21",
        "5, 31,   9,  3,  5,  2, 3, 1,  3,  3,  3",
        "1, 16,  17,  6,  5,  4, 2, 1,  6,  6,  5",
        "2, 17,  16,  6,  5,  4, 2, 2,  6,  5,  5",
        "2, 16,  10,  8, 10,  7, 5, 3,  4,  3,  3",
        "1, 18,   1,  1,  1,  1, 3, 2,  1,  0,  0"
    })
    void viewsAgreeWithTheReference(
            int batch, int inputs, int outputs, int d, int h, int w, int k, int stride, int a, int c, int s) {
        AcsConv3dOp op = new AcsConv3dOp(stride, k / 2, 1, 1, new AcsSplit(a, c, s));
        Shape x = Shape.of(batch, inputs, d, h, w);
        Shape weight = Shape.of(outputs, inputs, k, k);
        assertThat(ListedPasses.suits(op.geometry(x, weight, op.outputShape(x, weight))))
                .isTrue();
        int terms = Math.max(batch * d * h * w, Math.max(inputs, outputs) * k * k);
        try (CpuDevice cpu = new CpuDevice(2, ConvolutionMode.DIRECT, true)) {
            int compared = DeviceAgreement.check(
                    cpu, terms, in -> in[0].acsConv3d(in[1], in[2], op), x, weight, Shape.of(outputs));
            assertThat(compared).isEqualTo(4);
        }
    }

    /** Draws kernels of 1 to 5 taps, strides of 1 to 3, dilations of 1 or 2, and paddings of 0 to 2, axis by axis. */
    @Test
    void stridedConvolutionsAgreeWithTheReference() {
        RandomStream random = new RandomStream(41, 0, 0, 0);
        int cases = 40;
        int compared = 0;
        try (CpuDevice cpu = new CpuDevice(2)) {
            for (int i = 0; i < cases; i++) {
                Dims3 kernel = triple(random, 1, 5);
                Dims3 stride = triple(random, 1, 3);
                Conv3dOp op = new Conv3dOp(
                        new Dims3(stride.d(), stride.h(), 2 + i % 2), triple(random, 0, 3), triple(random, 1, 2), 1);
                Shape x = Shape.of(
                        i % 2 == 0 ? 1 : 5,
                        16 + random.nextInt(20),
                        9 + random.nextInt(6),
                        9 + random.nextInt(6),
                        9 + random.nextInt(2));
                Shape w = Shape.of(1 + random.nextInt(70), x.dim(1), kernel.d(), kernel.h(), kernel.w());
                Conv3dGeometry g = op.geometry(x, w, op.outputShape(x, w));
                assertThat(ListedPasses.suits(g)).isEqualTo(g.output().w() < 7);
                int terms = Math.max(x.dim(0) * x.elementsFrom(2), Math.max(w.dim(0), w.dim(1)) * kernel.product());
                compared += DeviceAgreement.check(
                        cpu, terms, in -> in[0].conv3d(in[1], in[2], op), x, w, Shape.of(w.dim(0)));
            }
        }
        assertThat(compared).isEqualTo(4 * cases);
    }

    private static Dims3 triple(RandomStream random, int least, int bound) {
        return new Dims3(least + random.nextInt(bound), least + random.nextInt(bound), least + random.nextInt(bound));
    }

    @Test
    void threadCountAndBatchDoNotChangeResults() {
        AcsConv3dOp acs = AcsConv3dOp.same(3, 2);
        Shape planar = Shape.of(40, 17, 3, 3);
        float[][] one = results(1, 3, acs, planar);
        for (int threads : new int[] {2, 5}) {
            assertThat(results(threads, 3, acs, planar)).isDeepEqualTo(one);
        }
        float[][] single = results(2, 1, acs, planar);
        assertThat(one[0]).startsWith(single[0]);
        assertThat(one[1]).startsWith(single[1]);
    }

    /** Returns the output and the gradients of input and weight; the first sample does not depend on the batch. */
    private static float[][] results(int threads, int batch, AcsConv3dOp op, Shape w) {
        try (CpuDevice cpu = new CpuDevice(threads)) {
            Shape size = Shape.of(batch, 17, 7, 5, 9);
            Tensor x = Tensor.of(cpu, size, Samples.gaussian(size, 1)).requiresGrad(true);
            Tensor weight = Tensor.of(cpu, w, Samples.gaussian(w, 2)).requiresGrad(true);
            Tensor y = x.acsConv3d(weight, null, op);
            Gradients gradients = y.backward(Tensor.of(cpu, y.shape(), Samples.gaussian(y.shape(), 4)));
            return new float[][] {
                y.toArray(), gradients.of(x).toArray(), gradients.of(weight).toArray()
            };
        }
    }

    /**
     * Of 7 positions to 4, the three taps along an axis read 10 voxels; the view's own axis has one tap, and 4. Vectors
     * of all widths divide 16 and 48 channels; of 32 lanes, the last 16 are left out.
     */
    @Test
    void countsNoProductsWithPaddingOrOtherViews() {
        Conv3dGeometry acs = geometry(AcsConv3dOp.same(3, 2), 32, Shape.of(48, 32, 3, 3));
        int blocks = 3 * Math.ceilDiv(16, BLOCK) * BLOCK;
        Conv3dGeometry dense =
                geometry(new Conv3dOp(Dims3.cube(2), Dims3.ONE, Dims3.ONE, 1), 32, Shape.of(48, 32, 3, 3, 3));
        try (CpuDevice cpu = new CpuDevice(1)) {
            DirectPasses views = DirectPasses.of(cpu, acs);
            assertThat(views.flop(Pass.FORWARD)).isEqualTo(2L * 10 * 10 * 4 * 32 * 48);
            assertThat(views.flop(Pass.GRAD_WEIGHT)).isEqualTo(2L * 10 * 10 * 4 * 32 * blocks);
            assertThat(views.flop(Pass.GRAD_INPUT)).isEqualTo(2L * 10 * 10 * 4 * 48 * 32);
            assertThat(DirectPasses.of(cpu, dense).flop(Pass.FORWARD)).isEqualTo(2L * 1000 * 32 * 48);
        }
    }

    private static Conv3dGeometry geometry(ConvolutionOp op, int inputs, Shape weight) {
        Shape x = Shape.of(1, inputs, 7, 7, 7);
        return op.geometry(x, weight, op.outputShape(x, weight));
    }

    /** A planar kernel of stride 2 reads every second plane, so that a fused block need not normalize the others. */
    @Test
    void skippedPlanesAreNotRead() {
        int channels = 16;
        Conv3dOp op = new Conv3dOp(Dims3.cube(2), new Dims3(0, 1, 1), Dims3.ONE, 1);
        Shape weight = Shape.of(5, channels, 1, 3, 3);
        Conv3dGeometry g = geometry(op, channels, weight);
        float[] x = new float[channels * 343];
        Set<Integer> planes = ConcurrentHashMap.newKeySet();
        VoxelReader copy = VoxelReader.of(x, channels, channels);
        VoxelReader reader = (first, count, to, at) -> {
            for (int v = first; v < first + count; v++) {
                planes.add(v / 49);
            }
            copy.read(first, count, to, at);
        };
        try (CpuDevice cpu = new CpuDevice(2)) {
            TiledDirectConv3d direct = new TiledDirectConv3d(cpu, g);
            float[] w = new float[weight.elements()];
            direct.forward(reader, w, null, null, VoxelWriter.to(new float[5 * 64], 5));
            assertThat(planes).containsExactlyInAnyOrder(0, 2, 4, 6);
            planes.clear();
            VoxelReader dy = VoxelReader.of(new float[5 * 64], 5, 5);
            direct.backward(reader, dy, w, new float[w.length], VoxelWriter.to(new float[x.length], channels));
            assertThat(planes).containsExactlyInAnyOrder(0, 2, 4, 6);
        }
    }
}
