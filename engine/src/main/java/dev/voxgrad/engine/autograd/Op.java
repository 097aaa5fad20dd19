package dev.voxgrad.engine.autograd;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;

/**
 * Defines a differentiable operation: a small record of its settings, with its shape rule, its formula and its gradient
 * next to each other. Anyone can add one and run it with {@link Tensor#apply}.
 *
 * <p>All operations follow these rules:
 * <ul>
 *   <li>{@link #outputShape} is the only place that checks shapes; what comes after may trust them.
 *   <li>{@link #backward} <em>returns</em> the gradients of its inputs. It never adds to anything: sums are made
 *       in one place, {@link Backward}.
 *   <li>A gradient has the shape and the layout of the tensor it belongs to.
 * </ul>
 *
 * <p>An operation may also implement {@link Profiled} to say how much work its passes are.
 */
public interface Op {
    /** Returns the name that error messages and profiles show: {@code conv3d}. */
    String name();

    /**
     * Returns the shape of the result.
     *
     * @throws dev.voxgrad.engine.ShapeException if the inputs do not fit
     */
    Shape outputShape(Shape... inputs);

    /** Returns what error messages call input {@code index}: {@code weight}. */
    default String inputName(int index) {
        return "input " + index;
    }

    /**
     * Computes the result, and saves in {@code context} what {@link #backward} will need.
     *
     * @return a tensor of the announced shape, on the inputs' device. If there is nothing to compute, it may be an
     *     input, or a tensor that the operation keeps; {@link Tensor#apply} then returns another handle on its memory
     */
    Tensor forward(Context context, Tensor... inputs);

    /**
     * Returns the gradients of the inputs, given the gradient of the result.
     *
     * @return one per input: null is allowed only where {@link Context#needsGradient} is false, and zeros mean that no
     *     gradient passes
     */
    Tensor[] backward(Context context, Tensor gradOutput);
}
