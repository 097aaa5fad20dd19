package dev.voxgrad.engine.testing;

import java.util.function.Function;

import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/**
 * Runs an operation forward and backward on a device and on the reference, from the same numbers and a random upstream
 * gradient, and compares results and all gradients.
 *
 * <p>The bound for a sum of n products rounded to float32 at every step is n·2⁻²⁴·Σ|products| in the worst case; the
 * errors of normal deviates partly cancel, and stay within a small multiple of √n·2⁻²⁴ times the largest magnitude of
 * the result. The tests use {@code 8·√terms·2⁻²⁴·max(1, max|reference|)}.
 */
public final class DeviceAgreement {
    private static final double EPSILON = 0x1p-24;
    private static final double FACTOR = 8;

    private DeviceAgreement() {}

    /**
     * Compares the result and the gradient of every input.
     *
     * @param terms how many products the longest sum in the operation or its gradients adds up
     * @return how many tensors were compared
     */
    public static int check(Device device, int terms, Function<Tensor[], Tensor> function, Shape... shapes) {
        double[][] values = new double[shapes.length][];
        for (int i = 0; i < shapes.length; i++) {
            values[i] = Samples.gaussian(shapes[i], 200 + i);
        }
        return check(device, terms, function, shapes, values);
    }

    /** As above, with given inputs, which must be exact in float32. */
    public static int check(
            Device device, int terms, Function<Tensor[], Tensor> function, Shape[] shapes, double[][] values) {
        double[][] expected = run(ReferenceDevice.INSTANCE, function, shapes, values);
        double[][] actual = run(device, function, shapes, values);
        for (int i = 0; i < expected.length; i++) {
            String what = i == 0 ? "result" : "gradient of input " + (i - 1);
            assertClose(what, expected[i], actual[i], terms);
        }
        return expected.length;
    }

    /** Asserts that both arrays agree within the bound for sums of that many terms. */
    public static void assertClose(String what, double[] expected, double[] actual, int terms) {
        assertThat(actual.length).as(what).isEqualTo(expected.length);
        double largest = 1;
        for (double value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        double bound = FACTOR * Math.sqrt(terms) * EPSILON * largest;
        for (int i = 0; i < expected.length; i++) {
            if (!(Math.abs(actual[i] - expected[i]) <= bound)) {
                fail("%s, element %d: expected %s, was %s, bound %s", what, i, expected[i], actual[i], bound);
            }
        }
    }

    /** The result, and behind it the gradient of each input for a random upstream gradient. */
    static double[][] run(Device device, Function<Tensor[], Tensor> function, Shape[] shapes, double[][] values) {
        return run(device, function, shapes, values, result -> Samples.gaussian(result, 98));
    }

    /** As above, with the upstream gradient that {@code upstream} has for the result's shape. */
    public static double[][] run(
            Device device,
            Function<Tensor[], Tensor> function,
            Shape[] shapes,
            double[][] values,
            Function<Shape, double[]> upstream) {
        Tensor[] leaves = new Tensor[shapes.length];
        for (int i = 0; i < shapes.length; i++) {
            leaves[i] = Tensor.of(device, shapes[i], values[i]).requiresGrad(true);
        }
        Tensor result = function.apply(leaves);
        double[][] answers = new double[shapes.length + 1][];
        answers[0] = result.toDoubleArray();
        Gradients gradients = result.backward(Tensor.of(device, result.shape(), upstream.apply(result.shape())));
        for (int i = 0; i < shapes.length; i++) {
            answers[i + 1] = gradients.of(leaves[i]).toDoubleArray();
        }
        return answers;
    }
}
