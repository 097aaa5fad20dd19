package dev.voxgrad.engine.op;

import java.util.function.Function;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Layout;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.CudaStorage;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.device.cuda.ElementType;
import dev.voxgrad.engine.device.cuda.GpuKernels;
import dev.voxgrad.engine.device.cuda.Precision;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;
import dev.voxgrad.engine.testing.DeviceAgreement;
import dev.voxgrad.engine.testing.Samples;
import dev.voxgrad.engine.testing.TestGpu;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Compares operations on a GPU with bfloat16 activations with the reference. All inputs and upstream gradients are
 * exact in bfloat16, and sums are float32, so that each result is rounded by at most 2⁻⁸ of its value: the mantissa has
 * eight bits, including the hidden one. The bound is that of the largest element, times the number of results that are
 * written one after another.
 */
class Bfloat16Test {
    private static final double ROUNDING = 0x1p-8;

    private CudaDevice device;

    @BeforeEach
    void open() {
        device = TestGpu.open(Precision.BF16);
    }

    @AfterEach
    void close() {
        if (device != null) {
            device.close();
        }
    }

    private static double[] exact(Shape shape, int seed) {
        double[] values = Samples.gaussian(shape, seed);
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.intBitsToFloat(Float.floatToRawIntBits((float) values[i]) & 0xffff0000);
        }
        return values;
    }

    private int check(int roundings, Function<Tensor[], Tensor> function, Shape... shapes) {
        double[][] values = new double[shapes.length][];
        for (int i = 0; i < shapes.length; i++) {
            values[i] = exact(shapes[i], 200 + i);
        }
        return check(roundings, function, shapes, values);
    }

    private int check(int roundings, Function<Tensor[], Tensor> function, Shape[] shapes, double[][] values) {
        double[][] expected = DeviceAgreement.run(ReferenceDevice.INSTANCE, function, shapes, values, s -> exact(s, 9));
        double[][] actual = DeviceAgreement.run(device, function, shapes, values, s -> exact(s, 9));
        for (int tensor = 0; tensor < expected.length; tensor++) {
            double largest = 1;
            for (double value : expected[tensor]) {
                largest = Math.max(largest, Math.abs(value));
            }
            for (int i = 0; i < expected[tensor].length; i++) {
                assertThat(Math.abs(actual[tensor][i] - expected[tensor][i]))
                        .as("tensor %d, element %d: %s for %s", tensor, i, actual[tensor][i], expected[tensor][i])
                        .isLessThanOrEqualTo(roundings * ROUNDING * largest);
            }
        }
        return expected.length;
    }

    @Test
    void convolutions() {
        int compared = 0;
        for (int channels : new int[] {1, 4, 15, 16, 17, 33}) {
            compared += check(
                    2,
                    in -> in[0].conv3d(in[1], in[2], Conv3dOp.padded(1)),
                    Shape.of(2, channels, 4, 3, 5),
                    Shape.of(6, channels, 3, 3, 3),
                    Shape.of(6));
        }
        Conv3dOp unusual = new Conv3dOp(new Dims3(2, 1, 3), new Dims3(1, 0, 2), new Dims3(1, 2, 1), 2);
        compared +=
                check(2, in -> in[0].conv3d(in[1], null, unusual), Shape.of(2, 4, 5, 6, 7), Shape.of(6, 2, 2, 3, 3));
        assertThat(compared).isEqualTo(6 * 4 + 3);
    }

    /** Opens another device, with these kernels. */
    private void reopen(GpuKernels kernels) {
        device.close();
        device = TestGpu.open(Precision.BF16, kernels, _ -> {});
    }

    @ParameterizedTest
    @EnumSource
    void batchNorm(GpuKernels kernels) {
        reopen(kernels);
        TestGpu.skipWhereCudnnLacks(this::checkBatchNorm);
    }

    private void checkBatchNorm() {
        int compared = 0;
        for (int channels : new int[] {2, 16, 31, 33}) {
            for (boolean training : new boolean[] {true, false}) {
                Shape each = Shape.of(channels);
                compared += check(
                        1,
                        in -> in[0].inLayout(Layout.CHANNELS_LAST)
                                .batchNorm(
                                        in[1],
                                        in[2],
                                        Tensor.zeros(in[0].device(), each),
                                        Tensor.full(in[0].device(), each, 1),
                                        training,
                                        0.1,
                                        1e-5),
                        Shape.of(3, channels, 4, 3, 5),
                        each,
                        each);
            }
        }
        assertThat(compared).isEqualTo(4 * 2 * 4);
    }

    @ParameterizedTest
    @EnumSource
    void pools(GpuKernels kernels) {
        reopen(kernels);
        TestGpu.skipWhereCudnnLacks(() -> checkPools(kernels));
    }

    private void checkPools(GpuKernels kernels) {
        Dims3 two = Dims3.cube(2);
        int compared = 0;
        for (int channels : new int[] {2, 15, 32}) {
            Shape[] shape = {Shape.of(2, channels, 5, 6, 4)};
            // cuDNN doesn't document which of several equal maxima receives the gradient.
            double[][] x = {kernels == GpuKernels.OWN ? exact(shape[0], 200) : distinct(shape[0])};
            compared += check(1, in -> activation(in[0]).maxPool3d(two, two, Dims3.ZERO), shape, x);
            compared += check(1, in -> activation(in[0]).maxPool3d(Dims3.cube(3), two, Dims3.ONE), shape, x);
            for (Dims3 output : new Dims3[] {new Dims3(2, 3, 1), new Dims3(1, 3, 2), Dims3.ONE}) {
                compared += check(1, in -> activation(in[0]).adaptiveAvgPool3d(output), shape);
            }
        }
        assertThat(compared).isEqualTo(3 * 5 * 2);
    }

    /** Returns values that are exact in bfloat16, and all different in a volume of up to 251 voxels. */
    private static double[] distinct(Shape shape) {
        double[] values = new double[shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (i * 37 % 251 - 125) / 32.0;
        }
        return values;
    }

    @Test
    void activations() {
        int compared = 0;
        for (int channels : new int[] {2, 15, 32}) {
            Shape shape = Shape.of(2, channels, 5, 6, 4);
            compared += check(1, in -> activation(in[0]).relu(), shape);
            compared += check(1, in -> activation(in[0]).leakyRelu(0.125), shape);
            // y takes three steps, and the gradient of the first input four.
            compared += check(
                    4,
                    in -> activation(in[0])
                            .add(activation(in[1]))
                            .mul(activation(in[0]))
                            .scale(0.5),
                    shape,
                    shape);
            compared += check(1, in -> activation(in[0]).flatten(1), shape);
            compared += check(1, in -> activation(in[0]).mean(), shape);
        }
        assertThat(compared).isEqualTo(3 * (4 * 2 + 3));
    }

    private static Tensor activation(Tensor x) {
        return x.inLayout(x.device().activationLayout());
    }

    @Test
    void activationsAreHalfAsLarge() {
        Shape shape = Shape.of(2, 3, 4, 5, 6);
        Tensor x = activation(Tensor.of(device, shape, exact(shape, 1)));
        assertThat(CudaStorage.of(x).type()).isEqualTo(ElementType.BFLOAT16);
        assertThat(CudaStorage.of(x.relu()).type()).isEqualTo(ElementType.BFLOAT16);
        Shape kernel = Shape.of(4, 3, 3, 3, 3);
        Tensor w = Tensor.of(device, kernel, exact(kernel, 2));
        assertThat(CudaStorage.of(x.conv3d(w, null, Conv3dOp.padded(1))).type()).isEqualTo(ElementType.BFLOAT16);
        assertThat(CudaStorage.of(w).type()).isEqualTo(ElementType.FLOAT32);
        assertThat(CudaStorage.of(x.adaptiveAvgPool3d(Dims3.ONE)).type()).isEqualTo(ElementType.FLOAT32);
    }

    @Test
    void roundingIsToTheNearest() {
        float[] values = {
            1,
            1 + 0x1p-8f,
            1 + 0x1.8p-8f,
            1 + 0x1p-9f,
            -0f,
            Float.MIN_VALUE,
            Float.MAX_VALUE,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
            Float.NaN,
            1 + 0x1.8p-7f,
            3e38f
        };
        float[] expected = {
            1,
            1,
            1 + 0x1p-7f,
            1,
            -0f,
            0,
            Float.POSITIVE_INFINITY,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
            Float.NaN,
            1 + 0x1p-6f,
            3.0040552e38f
        };
        Shape shape = Shape.of(1, values.length, 1, 1, 2);
        float[] twice = new float[2 * values.length];
        for (int i = 0; i < twice.length; i++) {
            twice[i] = values[i / 2];
        }
        float[] read = activation(Tensor.of(device, shape, twice)).toArray();
        for (int i = 0; i < twice.length; i++) {
            assertThat(Float.valueOf(read[i])).isEqualTo(Float.valueOf(expected[i / 2]));
        }
    }
}
