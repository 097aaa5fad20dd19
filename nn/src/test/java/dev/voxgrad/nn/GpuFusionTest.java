package dev.voxgrad.nn;

import java.util.Arrays;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.device.cuda.Precision;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.engine.testing.TestGpu;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Compares batch norm, ReLU and pool in one pass on a GPU with the layers one by one in double. The convolution before
 * them passes its input through, and all inputs are bfloat16 values, so that both devices start from the same values in
 * either precision, and windows with equal maxima are common.
 */
class GpuFusionTest {
    /**
     * Channels that are packed or not, and that fill a warp's lanes or do not, in one group or several; volumes with
     * windows that are cut off; rows for one block or many.
     */
    @ParameterizedTest(name = "{0} channels, pool {1}, batch {2}, volume {3}x{4}x{5}")
    @CsvSource({
        "8,   true,  3,  8, 10,  9", "8,   false, 3,  8, 10,  9",
        "16,  true,  2,  5,  7,  3", "16,  false, 2,  5,  7,  3",
        "40,  true,  2,  6,  6,  7", "40,  false, 2,  3,  4,  5",
        "12,  true,  2,  4,  5,  6", "12,  false, 2,  4,  5,  6",
        "264, true,  1,  2,  2,  3", "264, false, 1,  1,  3,  2",
        "1,   true,  2, 13,  4,  9", "1,   false, 2, 13,  4,  9",
        "33,  true,  2,  3,  3,  3", "64,  true,  1,  2,  2,  2",
    })
    void agreesWithLayersOneByOne(int channels, boolean pool, int batch, int d, int h, int w) {
        Shape shape = Shape.of(batch, channels, d, h, w);
        Device reference = ReferenceDevice.INSTANCE;
        FusionTest.Results expected = train(reference, channels, pool, shape);
        for (Precision precision : Precision.values()) {
            try (CudaDevice device = TestGpu.open(precision)) {
                FusionTest.Results actual = train(device, channels, pool, shape);
                assertThat(actual.operation()).isEqualTo("convBlock");
                compare(actual, expected, precision);
            }
        }
    }

    /**
     * Compares results. Activations are rounded once, to eight bits: by up to 2⁻⁸ of themselves. In addition, 2e-5 of
     * the tensor's largest value is allowed, as in {@link FusionTest}. The gradients of the convolution's own
     * parameters are left out: they are sums over rounded values that cancel, and cuDNN computes them.
     */
    private static void compare(FusionTest.Results actual, FusionTest.Results expected, Precision precision) {
        int compared = 0;
        for (int i = 0; i < expected.names().size(); i++) {
            String name = expected.names().get(i);
            if (name.startsWith("gradient of 0.")) {
                continue;
            }
            boolean activation = name.startsWith("result") || name.equals("gradient of the input");
            double rounding = activation && precision == Precision.BF16 ? 0x1p-8 : 0;
            double[] wanted = expected.tensors().get(i);
            double[] got = actual.tensors().get(i);
            double largest =
                    Math.max(1, Arrays.stream(wanted).map(Math::abs).max().orElseThrow());
            for (int j = 0; j < wanted.length; j++) {
                assertThat(Math.abs(got[j] - wanted[j]))
                        .as("%s: %s, element %d: %s, expected %s", precision, name, j, got[j], wanted[j])
                        .isLessThanOrEqualTo(2e-5 * largest + rounding * Math.abs(wanted[j]));
            }
            compared++;
        }
        assertThat(compared)
                .as("result, in evaluation too, its gradient, two parameters, two statistics")
                .isEqualTo(7);
    }

    private static FusionTest.Results train(Device device, int channels, boolean pool, Shape shape) {
        Conv3d convolution = new Conv3d(device, channels, channels, 3, 1);
        BatchNorm3d norm = new BatchNorm3d(device, channels);
        Sequential net = pool
                ? new Sequential(convolution, norm, new ReLU(), new MaxPool3d(2))
                : new Sequential(convolution, norm, new ReLU());
        FusionTest.moveVectors(net, device);
        double[] identity = new double[channels * channels * 27];
        for (int c = 0; c < channels; c++) {
            identity[(c * channels + c) * 27 + 13] = 1;
        }
        device.write(identity, net.parameters().get("0.weight").storage());
        return FusionTest.train(net, device, shape, GpuFusionTest::bfloat16Numbers);
    }

    /** Returns random values of three bits. */
    private static Tensor bfloat16Numbers(Device device, Shape shape) {
        RandomStream random = new RandomStream(shape.elements(), 0, 0, 0);
        double[] values = new double[shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.rint(random.nextGaussian() * 4) / 4;
        }
        return Tensor.of(device, shape, values);
    }
}
