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
 * Runs operations forward and backward on a device and on the reference, from the same values and a random upstream
 * gradient, and compares results and all gradients. It counts the compared tensors, so that a test can assert that none
 * of its cases was skipped:
 *
 * <pre>{@code
 * DeviceAgreement agreement = DeviceAgreement.on(device);
 * for (int n : sizes) {
 *     agreement.compare(1, in -> in[0].relu(), Shape.of(n));
 * }
 * agreement.assertCompared(2 * sizes.length); // result and gradient
 * }</pre>
 *
 * <p>The bound for a sum of n products rounded to float32 at every step is n·2⁻²⁴·Σ|products| in the worst case; the
 * errors of normal deviates partly cancel, and stay within a small multiple of √n·2⁻²⁴ times the largest magnitude of
 * the result. The tests use {@code 8·√terms·2⁻²⁴·max(1, max|reference|)}.
 */
public final class DeviceAgreement {
    private static final double EPSILON = 0x1p-24;
    private static final double FACTOR = 8;

    private final Device device;
    private int compared;

    private DeviceAgreement(Device device) {
        this.device = device;
    }

    /** Starts comparisons of a device with the reference. */
    public static DeviceAgreement on(Device device) {
        return new DeviceAgreement(device);
    }

    /**
     * Compares and counts the result and the gradient of every input.
     *
     * @param terms the number of products in the longest sum of the operation or its gradients
     */
    public void compare(int terms, Function<Tensor[], Tensor> function, Shape... shapes) {
        compared += check(device, terms, function, shapes);
    }

    /** Compares and counts as above, with given inputs, which must be exact in float32. */
    public void compare(int terms, Function<Tensor[], Tensor> function, Shape[] shapes, double[][] values) {
        compared += check(device, terms, function, shapes, values);
    }

    /** Asserts that this many tensors were compared. */
    public void assertCompared(int tensors) {
        assertThat(compared).as("compared tensors").isEqualTo(tensors);
    }

    /**
     * Compares the result and the gradient of every input.
     *
     * @param terms the number of products in the longest sum of the operation or its gradients
     * @return the number of compared tensors
     */
    public static int check(Device device, int terms, Function<Tensor[], Tensor> function, Shape... shapes) {
        double[][] values = new double[shapes.length][];
        for (int i = 0; i < shapes.length; i++) {
            values[i] = Samples.gaussian(shapes[i], 200 + i);
        }
        return check(device, terms, function, shapes, values);
    }

    /** Compares as above, with given inputs, which must be exact in float32. */
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

    /** Asserts that both arrays agree within the bound for sums of {@code terms} terms. */
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

    /** Returns the result, followed by the gradient of each input for a random upstream gradient. */
    static double[][] run(Device device, Function<Tensor[], Tensor> function, Shape[] shapes, double[][] values) {
        return run(device, function, shapes, values, result -> Samples.gaussian(result, 98));
    }

    /** Returns the same, for the upstream gradient that {@code upstream} returns for the result's shape. */
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
