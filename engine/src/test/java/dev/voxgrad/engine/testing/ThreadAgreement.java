package dev.voxgrad.engine.testing;

import java.util.Arrays;
import java.util.function.Function;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs an operation forward and backward on one, two and three threads, and asserts that all results are bit-identical.
 */
public final class ThreadAgreement {
    private ThreadAgreement() {}

    /** Compares the result and the gradient of every input, and returns the number of compared tensors. */
    public static int check(Function<Tensor[], Tensor> function, Shape... shapes) {
        double[][] values = new double[shapes.length][];
        for (int i = 0; i < shapes.length; i++) {
            values[i] = Samples.gaussian(shapes[i], 300 + i);
        }
        double[][] expected = run(1, function, shapes, values);
        int compared = 0;
        for (int threads = 2; threads <= 3; threads++) {
            double[][] actual = run(threads, function, shapes, values);
            for (int i = 0; i < expected.length; i++) {
                assertThat(Arrays.mismatch(actual[i], expected[i]))
                        .as("first element of tensor %d that differs on %d threads", i, threads)
                        .isEqualTo(-1);
                compared++;
            }
        }
        return compared;
    }

    private static double[][] run(int threads, Function<Tensor[], Tensor> function, Shape[] shapes, double[][] values) {
        try (CpuDevice device = new CpuDevice(threads)) {
            return DeviceAgreement.run(device, function, shapes, values);
        }
    }
}
