package dev.voxgrad.engine.op.conv3d.cpu.direct;

import java.util.Objects;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ConvolutionMode;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.engine.testing.DeviceAgreement;
import dev.voxgrad.engine.testing.Samples;

import static org.assertj.core.api.Assertions.assertThat;

@Tag("kernels")
class DirectInputGradientTest {
    /** Draws kernels of 1 to 5 taps, strides of 1 to 3, dilations of 1 or 2, and paddings of 0 to 2, axis by axis. */
    @Test
    void stridedConvolutionsAgreeWithTheReference() {
        RandomStream random = new RandomStream(23, 0, 0, 0);
        int cases = 40;
        int compared = 0;
        try (CpuDevice cpu = new CpuDevice(2, ConvolutionMode.DIRECT, true)) {
            for (int i = 0; i < cases; i++) {
                int groups = 1 + i % 2;
                Dims3 kernel = triple(random, 1, 5);
                Conv3dOp op = new Conv3dOp(triple(random, 1, 3), triple(random, 0, 3), triple(random, 1, 2), groups);
                Shape x = Shape.of(
                        1 + random.nextInt(3),
                        groups * (1 + random.nextInt(20)),
                        9 + random.nextInt(6),
                        9 + random.nextInt(6),
                        9 + random.nextInt(8));
                Shape w = Shape.of(
                        groups * (1 + random.nextInt(40)), x.dim(1) / groups, kernel.d(), kernel.h(), kernel.w());
                int terms = Math.max(x.dim(0) * x.elementsFrom(2), Math.max(w.dim(0), w.dim(1)) * kernel.product());
                compared += DeviceAgreement.check(
                        cpu, terms, in -> in[0].conv3d(in[1], in[2], op), x, w, Shape.of(w.dim(0)));
            }
        }
        assertThat(compared).isEqualTo(4 * cases);
    }

    /** The layers of ResNets that halve the volume: with and without a kernel along d, and even and odd widths. */
    @Test
    void halvingLayersAgreeWithTheReference() {
        int compared = 0;
        try (CpuDevice cpu = new CpuDevice(2)) {
            for (int edge : new int[] {4, 5, 7, 8, 14}) {
                for (int depth : new int[] {1, 3}) {
                    Shape x = Shape.of(2, 17, edge, edge, edge);
                    Shape w = Shape.of(33, 17, depth, 3, 3);
                    Conv3dOp op = new Conv3dOp(Dims3.cube(2), new Dims3(depth / 2, 1, 1), Dims3.ONE, 1);
                    int terms = Math.max(2 * x.elementsFrom(2), 33 * 27);
                    compared +=
                            DeviceAgreement.check(cpu, terms, in -> in[0].conv3d(in[1], in[2], op), x, w, Shape.of(33));
                }
            }
        }
        assertThat(compared).isEqualTo(4 * 10);
    }

    /** Counts 27 products for 8 voxels of the input, not 27 for each, nor 54 as with zeros along w. */
    @Test
    void noZeroIsMultiplied() {
        Conv3dOp op = new Conv3dOp(Dims3.cube(2), Dims3.ONE, Dims3.ONE, 1);
        Shape x = Shape.of(1, 1, 28, 28, 28);
        Shape w = Shape.of(1, 1, 3, 3, 3);
        Conv3dGeometry g = op.geometry(x, w, op.outputShape(x, w));
        long products = DirectInputGradient.flop(g) / 2 / PackedWeights.BLOCK;
        assertThat(products).isLessThanOrEqualTo(27 * 14 * 14 * 14);
    }

    @Test
    void threadCountDoesNotChangeResults() {
        float[] one = gradient(1);
        for (int threads : new int[] {2, 5}) {
            assertThat(gradient(threads)).as("%d threads", threads).isEqualTo(one);
        }
    }

    private static float[] gradient(int threads) {
        Conv3dOp op = new Conv3dOp(Dims3.cube(2), Dims3.ONE, Dims3.ONE, 1);
        Shape xShape = Shape.of(3, 18, 9, 8, 7);
        Shape wShape = Shape.of(40, 18, 3, 3, 3);
        try (CpuDevice cpu = new CpuDevice(threads)) {
            Tensor x = Tensor.of(cpu, xShape, Samples.gaussian(xShape, 1)).requiresGrad(true);
            Tensor w = Tensor.of(cpu, wShape, Samples.gaussian(wShape, 2));
            Tensor y = x.conv3d(w, null, op);
            return Objects.requireNonNull(y.backward(Tensor.of(cpu, y.shape(), Samples.gaussian(y.shape(), 4)))
                            .of(x))
                    .toArray();
        }
    }

    private static Dims3 triple(RandomStream random, int least, int count) {
        return new Dims3(least + random.nextInt(count), least + random.nextInt(count), least + random.nextInt(count));
    }
}
