package dev.voxgrad.engine.autograd;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.trace.Pass;
import dev.voxgrad.engine.trace.Work;

/**
 * One differentiable operation: a small record of its settings, with the three things a reader wants to see
 * side by side. Anyone can add one and run it with {@link Tensor#apply}.
 *
 * <p>The rules, kept by all operations:
 * <ul>
 *   <li>{@link #outputShape} is the only place that checks shapes; what comes after may trust them.
 *   <li>{@link #backward} <em>returns</em> the gradients of its inputs. It never adds to anything: sums are made
 *       in one place, {@link Backward}.
 *   <li>A gradient has the shape and the layout of the tensor it belongs to.
 * </ul>
 */
public interface Op {
    /** As it appears in error messages and profiles: {@code conv3d}. */
    String name();

    /**
     * The shape of the result.
     *
     * @throws dev.voxgrad.engine.ShapeException if the inputs do not fit
     */
    Shape outputShape(Shape... inputs);

    /** What input {@code index} is called in error messages: {@code weight}. */
    default String inputName(int index) {
        return "input " + index;
    }

    /**
     * Computes the result, and saves in {@code context} what {@link #backward} will need.
     *
     * @return a tensor of the shape announced, on the inputs' device. Where nothing is to be computed it may be an
     *     input, or a tensor that the operation keeps: {@link Tensor#apply} returns another handle on its memory then
     */
    Tensor forward(Context context, Tensor... inputs);

    /**
     * Returns the gradients of the inputs, given the gradient of the result.
     *
     * @return one per input, null only where {@link Context#needsGradient} is false; zeros where no gradient passes
     */
    Tensor[] backward(Context context, Tensor gradOutput);

    /**
     * What a pass takes on a device, for profiles. Unless an operation says more, it is taken to have one kernel
     * that reads what it is given and writes its results, with arithmetic that does not count.
     */
    default Work work(Device device, Pass pass, Context context) {
        return Work.moving(pass == Pass.FORWARD ? context.forwardElements() : context.backwardElements());
    }
}
