package dev.voxgrad.engine.testing;

import java.util.function.Function;

import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ReferenceDevice;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Compares an operation's gradients with central differences, in double precision on the reference device.
 *
 * <p>The upstream gradient is random: if it were all ones, a gradient that is summed or permuted wrongly might still
 * look right.
 */
public final class GradientCheck {
    private static final double STEP = 1e-5;
    /** Central differences in double with this step are accurate to about 1e-9 for values and curvatures around 1. */
    private static final double TOLERANCE = 1e-6;

    private GradientCheck() {}

    /**
     * Checks the gradient of every element of every input.
     *
     * @param function the operation
     * @param inputs the shapes of its inputs, which are filled with normal deviates
     * @return the number of compared derivatives
     */
    public static int check(Function<Tensor[], Tensor> function, Shape... inputs) {
        double[][] values = new double[inputs.length][];
        for (int i = 0; i < inputs.length; i++) {
            values[i] = Samples.gaussian(inputs[i], 100 + i);
        }
        return check(function, inputs, values);
    }

    /** Checks as above, at the given point. */
    public static int check(Function<Tensor[], Tensor> function, Shape[] shapes, double[][] values) {
        Tensor[] leaves = tensors(shapes, values);
        for (Tensor leaf : leaves) {
            leaf.requiresGrad(true);
        }
        Tensor result = function.apply(leaves);
        double[] upstream = Samples.gaussian(result.shape(), 99);
        Gradients gradients = result.backward(Tensor.of(ReferenceDevice.INSTANCE, result.shape(), upstream));
        int compared = 0;
        for (int input = 0; input < shapes.length; input++) {
            double[] gradient = gradients.of(leaves[input]).toDoubleArray();
            for (int i = 0; i < gradient.length; i++) {
                double numeric = centralDifference(function, shapes, values, input, i, upstream);
                assertThat(Math.abs(gradient[i] - numeric))
                        .as("input %d, element %d: gradient %s, central difference %s", input, i, gradient[i], numeric)
                        .isLessThanOrEqualTo(TOLERANCE * (1 + Math.abs(numeric)));
                compared++;
            }
        }
        return compared;
    }

    private static double centralDifference(
            Function<Tensor[], Tensor> function,
            Shape[] shapes,
            double[][] values,
            int input,
            int i,
            double[] upstream) {
        double before = values[input][i];
        values[input][i] = before + STEP;
        double[] above = function.apply(tensors(shapes, values)).toDoubleArray();
        values[input][i] = before - STEP;
        double[] below = function.apply(tensors(shapes, values)).toDoubleArray();
        values[input][i] = before;
        double sum = 0;
        for (int k = 0; k < above.length; k++) {
            sum += upstream[k] * (above[k] - below[k]);
        }
        return sum / (2 * STEP);
    }

    private static Tensor[] tensors(Shape[] shapes, double[][] values) {
        Tensor[] tensors = new Tensor[shapes.length];
        for (int i = 0; i < shapes.length; i++) {
            tensors[i] = Tensor.of(ReferenceDevice.INSTANCE, shapes[i], values[i]);
        }
        return tensors;
    }
}
