package dev.voxgrad.engine.op.conv3d;

import java.util.function.Function;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.ShapeException;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.engine.testing.DeviceAgreement;
import dev.voxgrad.engine.testing.GradientCheck;
import dev.voxgrad.engine.testing.OnEveryDevice;
import dev.voxgrad.engine.testing.Samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Tag("kernels")
class Conv3dTest {
    private static final ReferenceDevice REFERENCE = ReferenceDevice.INSTANCE;

    @Test
    void oneWindowByHand() {
        Tensor x = Tensor.of(REFERENCE, Shape.of(1, 1, 1, 2, 3), 1.0, 2, 3, 4, 5, 6);
        Tensor w = Tensor.of(REFERENCE, Shape.of(1, 1, 1, 2, 2), 10.0, 20, 30, 40);
        Tensor b = Tensor.of(REFERENCE, Shape.of(1), 0.5);
        Tensor y = x.conv3d(w, b, Conv3dOp.padded(0));
        assertThat(y.shape()).isEqualTo(Shape.of(1, 1, 1, 1, 2));
        assertThat(y.toDoubleArray()).containsExactly(10 + 40 + 120 + 200 + 0.5, 20 + 60 + 150 + 240 + 0.5);
    }

    @Test
    void gradientsEqualCentralDifferences() {
        Conv3dOp odd = new Conv3dOp(new Dims3(1, 2, 1), new Dims3(1, 0, 2), new Dims3(2, 1, 1), 2);
        int compared = GradientCheck.check(
                in -> in[0].conv3d(in[1], in[2], odd), Shape.of(2, 4, 4, 3, 3), Shape.of(6, 2, 2, 3, 2), Shape.of(6));
        assertThat(compared).isEqualTo(288 + 144 + 6);
    }

    /** Uses channels around the vector widths, odd volumes, batch 1, and the row lengths of the nets. */
    @OnEveryDevice
    void agreesWithTheReference(Device device) {
        int compared = 0;
        int[][] channels = {{1, 1}, {1, 32}, {4, 15}, {15, 4}, {16, 17}, {17, 16}, {31, 33}, {3, 70}, {70, 2}, {32, 32}
        };
        int[] widths = {1, 3, 7, 5, 14, 9, 6, 10, 2, 4};
        for (int i = 0; i < channels.length; i++) {
            Shape x = Shape.of(i % 3 + 1, channels[i][0], 3, 2 + i % 2, widths[i]);
            Shape w = Shape.of(channels[i][1], channels[i][0], 3, 3, 3);
            compared += check(device, Conv3dOp.padded(1), x, w, true);
        }
        assertThat(compared).isEqualTo(4 * channels.length);
    }

    @OnEveryDevice
    void agreesWithReferenceForRandomSettings(Device device) {
        RandomStream random = new RandomStream(5, 0, 0, 0);
        int cases = 60;
        int compared = 0;
        for (int i = 0; i < cases; i++) {
            int groups = random.nextInt(3) == 0 ? 1 + random.nextInt(3) : 1;
            Conv3dOp op = new Conv3dOp(triple(random, 1, 3), triple(random, 0, 3), triple(random, 1, 2), groups);
            Dims3 kernel = triple(random, 1, 3);
            Shape x = Shape.of(
                    1 + random.nextInt(2),
                    groups * (1 + random.nextInt(9)),
                    size(random, kernel.d(), op.dilation().d(), op.padding().d()),
                    size(random, kernel.h(), op.dilation().h(), op.padding().h()),
                    size(random, kernel.w(), op.dilation().w(), op.padding().w()));
            Shape w =
                    Shape.of(groups * (1 + random.nextInt(20)), x.dim(1) / groups, kernel.d(), kernel.h(), kernel.w());
            compared += check(device, op, x, w, i % 2 == 0);
        }
        assertThat(compared).isEqualTo(cases * 4 - cases / 2);
    }

    private static Dims3 triple(RandomStream random, int least, int count) {
        return new Dims3(least + random.nextInt(count), least + random.nextInt(count), least + random.nextInt(count));
    }

    private static int size(RandomStream random, int kernel, int dilation, int padding) {
        return Math.max(1, (kernel - 1) * dilation + 1 - 2 * padding) + random.nextInt(7);
    }

    private static int check(Device device, Conv3dOp op, Shape x, Shape w, boolean bias) {
        int voxels = x.dim(0) * x.elementsFrom(2);
        int terms = Math.max(voxels, Math.max(w.dim(0), w.dim(1)) * w.elementsFrom(2));
        if (bias) {
            Function<Tensor[], Tensor> conv = in -> in[0].conv3d(in[1], in[2], op);
            return DeviceAgreement.check(device, terms, conv, x, w, Shape.of(w.dim(0)));
        }
        return DeviceAgreement.check(device, terms, in -> in[0].conv3d(in[1], null, op), x, w);
    }

    @Test
    void threadCountDoesNotChangeResults() {
        float[][] one = results(1);
        for (int threads : new int[] {2, 3, 5}) {
            float[][] more = results(threads);
            for (int i = 0; i < one.length; i++) {
                assertThat(more[i]).as("result %d with %d threads", i, threads).isEqualTo(one[i]);
            }
        }
    }

    private static float[][] results(int threads) {
        try (CpuDevice cpu = new CpuDevice(threads)) {
            Shape xShape = Shape.of(3, 5, 6, 5, 9);
            Shape wShape = Shape.of(40, 5, 3, 3, 3);
            Tensor x = Tensor.of(cpu, xShape, Samples.gaussian(xShape, 1)).requiresGrad(true);
            Tensor w = Tensor.of(cpu, wShape, Samples.gaussian(wShape, 2)).requiresGrad(true);
            Tensor b = Tensor.of(cpu, Shape.of(40), Samples.gaussian(Shape.of(40), 3))
                    .requiresGrad(true);
            Tensor y = x.conv3d(w, b, Conv3dOp.padded(1));
            Gradients gradients = y.backward(Tensor.of(cpu, y.shape(), Samples.gaussian(y.shape(), 4)));
            return new float[][] {
                y.toArray(),
                gradients.of(x).toArray(),
                gradients.of(w).toArray(),
                gradients.of(b).toArray()
            };
        }
    }

    @Test
    void shapeErrorsNameTheMisfit() {
        Tensor x = Tensor.zeros(REFERENCE, Shape.of(8, 3, 28, 28, 28));
        Tensor w = Tensor.zeros(REFERENCE, Shape.of(16, 4, 3, 3, 3));
        assertThatThrownBy(() -> x.conv3d(w, null, Conv3dOp.padded(1)))
                .isInstanceOf(ShapeException.class)
                .hasMessage("conv3d: input has 3 channels (dim 1) but weight expects 4; "
                        + "input [8,3,28,28,28], weight [16,4,3,3,3]");
        Tensor wide = Tensor.zeros(REFERENCE, Shape.of(2, 3, 3, 31, 3));
        assertThatThrownBy(() -> x.conv3d(wide, null, Conv3dOp.padded(1)))
                .hasMessageContaining("kernel reaches over 31 voxels (dim 3) but the padded input has 30");
        Tensor fits = Tensor.zeros(REFERENCE, Shape.of(2, 3, 3, 3, 3));
        assertThatThrownBy(() -> x.conv3d(fits, Tensor.zeros(REFERENCE, Shape.of(3)), Conv3dOp.padded(1)))
                .hasMessageContaining("bias [3]");
        assertThatThrownBy(() -> x.conv3d(fits, null, new Conv3dOp(Dims3.ZERO, Dims3.ONE, Dims3.ONE, 1)))
                .hasMessageContaining("stride 0x0x0");
        Tensor grouped = Tensor.zeros(REFERENCE, Shape.of(4, 1, 3, 3, 3));
        assertThatThrownBy(() -> x.conv3d(grouped, null, new Conv3dOp(Dims3.ONE, Dims3.ONE, Dims3.ONE, 3)))
                .hasMessageContaining("multiple of 3 groups");
    }
}
