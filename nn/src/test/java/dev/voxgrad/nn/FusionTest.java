package dev.voxgrad.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ConvolutionMode;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.random.RandomStream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs (convolution, batch norm, ReLU), with and without a max pool, as one operation and one by one on the CPU, and
 * compares both with the definition: one by one on the reference, in double.
 */
@Tag("kernels")
class FusionTest {
    private static final CpuDevice CPU = new CpuDevice(2);
    private static final CpuDevice UNFUSED = new CpuDevice(2, ConvolutionMode.AUTO, false);

    @AfterAll
    static void close() {
        CPU.close();
        UNFUSED.close();
    }

    /** Widths separated by dots: the channels of the input, then of each convolution. */
    @ParameterizedTest(name = "{0} pool {1} batch {2} volume {3}x{4}x{5} padding {6}")
    @CsvSource({
        "1.32.32,    true,  2,  8, 8, 8, 1",
        "1.32.32,    true,  3,  7, 5, 9, 1",
        "32.64.64,   true,  2,  6, 6, 6, 1",
        "16.16,      true,  1,  4, 4, 4, 1",
        "16.17.33,   true,  2,  5, 6, 7, 1",
        "16.17.33,   false, 2,  5, 6, 7, 1",
        "20.40,      true,  5,  5, 5, 4, 0",
        "17.16.16.16, false, 2, 6, 5, 4, 1",
        "32.32,      false, 3, 10, 4, 4, 2",
        "3.5.7,      true,  2,  5, 4, 6, 1",
        "48.80,      true,  2,  3, 3, 3, 1",
        "2.4,        false, 2,  1, 1, 2, 1",
        "16.32.16,   true,  1, 21, 4, 5, 1",
    })
    void agreesWithLayersOneByOne(String widths, boolean pool, int batch, int d, int h, int w, int padding) {
        int[] channels =
                Arrays.stream(widths.split("\\.")).mapToInt(Integer::parseInt).toArray();
        Shape shape = Shape.of(batch, channels[0], d, h, w);
        Device reference = ReferenceDevice.INSTANCE;
        Results expected = train(net(reference, channels, pool, padding), reference, shape);
        Results oneByOne = train(net(UNFUSED, channels, pool, padding), UNFUSED, shape);
        assertThat(oneByOne.operation).isEqualTo(pool ? "maxPool3d" : "relu");
        assertThat(oneByOne.largestError(expected)).as("one by one").isLessThan(1);
        Results fused = train(net(CPU, channels, pool, padding), CPU, shape);
        assertThat(fused.operation).isEqualTo("convBlock");
        assertThat(fused.largestError(expected)).as("fused").isLessThan(1);
    }

    private static Sequential net(Device device, int[] channels, boolean pool, int padding) {
        List<Layer> layers = new ArrayList<>();
        for (int i = 1; i < channels.length; i++) {
            layers.add(new Conv3d(device, channels[i - 1], channels[i], 3, padding));
            layers.add(new BatchNorm3d(device, channels[i]));
            layers.add(new ReLU());
        }
        if (pool) {
            layers.add(new MaxPool3d(2));
        }
        Sequential net = new Sequential(layers.toArray(Layer[]::new));
        Initialization.apply(net, 5);
        moveVectors(net, device);
        return net;
    }

    /**
     * Changes all vectors of parameters: batch norm's initial weights of 1 and biases of 0 would hide their effect.
     * Some become negative.
     */
    static void moveVectors(Layer net, Device device) {
        RandomStream random = new RandomStream(6, 0, 0, 0);
        net.parameters().forEach((name, parameter) -> {
            if (parameter.shape().rank() == 1) {
                double[] values = new double[parameter.shape().elements()];
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) (random.nextGaussian() + 0.3);
                }
                device.write(values, parameter.storage());
            }
        });
    }

    /** The result, gradients of the input and all parameters, running statistics, and the result in evaluation. */
    record Results(List<String> names, List<double[]> tensors, String operation) {
        /**
         * Returns the largest difference, in units of what is allowed: 2e-5 of the tensor's largest value, or of 1.
         * Batch norm divides by deviations, which are sums over few voxels here, so no bound by the number of terms
         * holds. The gradient of a convolution's bias is zero except for rounding, in sums whose terms are as large as
         * those of its weight's gradient, so it is measured against that.
         */
        double largestError(Results expected) {
            double largest = 0;
            for (int i = 0; i < tensors.size(); i++) {
                double scale = Math.max(
                        magnitude(expected.tensors.get(i)),
                        names.get(i).endsWith(".bias") ? magnitude(expected.tensors.get(i - 1)) : 1);
                for (int j = 0; j < tensors.get(i).length; j++) {
                    double error = Math.abs(tensors.get(i)[j] - expected.tensors.get(i)[j]);
                    assertThat(error).as("%s, element %d", names.get(i), j).isLessThan(2e-5 * scale);
                    largest = Math.max(largest, error / (2e-5 * scale));
                }
            }
            return largest;
        }

        private static double magnitude(double[] values) {
            return Math.max(1, Arrays.stream(values).map(Math::abs).max().orElseThrow());
        }
    }

    private static Results train(Sequential net, Device device, Shape shape) {
        return train(net, device, shape, FusionTest::input);
    }

    /** Makes random tensors: the input, and the gradient of the result. */
    interface Source {
        Tensor tensor(Device device, Shape shape);
    }

    static Results train(Sequential net, Device device, Shape shape, Source source) {
        List<String> names = new ArrayList<>();
        List<double[]> tensors = new ArrayList<>();
        Tensor x = source.tensor(device, shape).requiresGrad(true);
        net.train();
        Tensor y = net.forward(x);
        names.add("result");
        tensors.add(y.toDoubleArray());
        String operation = y.node().op().name();
        Gradients gradients = y.backward(source.tensor(device, y.shape()));
        names.add("gradient of the input");
        tensors.add(gradients.of(x).toDoubleArray());
        net.parameters().forEach((name, parameter) -> {
            names.add("gradient of " + name);
            tensors.add(gradients.of(parameter).toDoubleArray());
        });
        net.buffers().forEach((name, buffer) -> {
            names.add(name);
            tensors.add(buffer.toDoubleArray());
        });
        net.eval();
        try (var _ = Scope.withoutGradients()) {
            names.add("result in evaluation");
            tensors.add(net.forward(x).toDoubleArray());
        }
        return new Results(names, tensors, operation);
    }

    private static Tensor input(Device device, Shape shape) {
        RandomStream random = new RandomStream(shape.elements(), 0, 0, 0);
        double[] values = new double[shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensor.of(device, shape, values);
    }

    /** If a gradient is required through running statistics, and on the reference, layers run one by one. */
    @Test
    void runsOneByOneWhereFusionHasNoBackward() {
        int[] channels = {2, 4, 4};
        Shape shape = Shape.of(2, 2, 4, 4, 4);
        Sequential net = net(CPU, channels, true, 1);
        net.eval();
        Tensor y = net.forward(input(CPU, shape));
        assertThat(y.node().op().name()).isEqualTo("maxPool3d");
        assertThat(y.backward(input(CPU, y.shape()))
                        .of(net.parameters().get("0.weight"))
                        .shape())
                .isEqualTo(Shape.of(4, 2, 3, 3, 3));
        Sequential reference = net(ReferenceDevice.INSTANCE, channels, true, 1);
        assertThat(reference
                        .forward(input(ReferenceDevice.INSTANCE, shape))
                        .node()
                        .op()
                        .name())
                .isEqualTo("maxPool3d");
    }

    @Test
    void threadCountDoesNotChangeResults() {
        Shape shape = Shape.of(3, 16, 9, 8, 6);
        List<double[]> one = results(1, shape);
        for (int threads = 2; threads <= 3; threads++) {
            List<double[]> some = results(threads, shape);
            for (int i = 0; i < one.size(); i++) {
                assertThat(some.get(i)).as("tensor %d, %d threads", i, threads).isEqualTo(one.get(i));
            }
        }
    }

    private static List<double[]> results(int threads, Shape shape) {
        try (CpuDevice device = new CpuDevice(threads)) {
            return train(net(device, new int[] {16, 32, 24}, true, 1), device, shape).tensors;
        }
    }
}
