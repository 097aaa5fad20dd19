package dev.voxgrad.engine.autograd;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.ShapeException;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.Device;

/**
 * Checks what an operation receives and what it returns: anyone can write an {@link Op}, and a mistake in one should
 * give a message that names it, not a wrong gradient far away.
 */
public final class OpContract {
    private OpContract() {}

    /**
     * Checks the inputs before the operation sees them.
     *
     * @throws IllegalArgumentException if there are none, one is null, or they are on different devices
     */
    public static void requireInputs(Op op, Tensor... inputs) {
        if (inputs.length == 0) {
            throw new IllegalArgumentException(op.name() + ": no inputs, expected at least one");
        }
        for (int i = 0; i < inputs.length; i++) {
            if (inputs[i] == null) {
                throw new IllegalArgumentException(op.name() + ": input " + i + " is null");
            }
            if (inputs[i].device() != inputs[0].device()) {
                throw new IllegalArgumentException(op.name() + ": input 0 is on device "
                        + inputs[0].device().name() + " but input " + i + " on another one, "
                        + inputs[i].device().name());
            }
        }
    }

    /**
     * Checks what {@link Op#outputShape} returned.
     *
     * @throws IllegalStateException if that is null
     */
    static void requireShape(Op op, Shape announced) {
        if (announced == null) {
            throw new IllegalStateException(op.name() + ": its outputShape returned null, expected a shape");
        }
    }

    /**
     * Checks what {@link Op#forward} returned.
     *
     * @param announced what {@link Op#outputShape} returned
     * @throws IllegalStateException if that is null, was released, or is on another device
     * @throws ShapeException if its shape is not the announced one
     */
    public static void requireOutput(Op op, Shape announced, Device device, Tensor output) {
        if (output == null) {
            throw new IllegalStateException(op.name() + ": its forward returned null, expected a tensor " + announced);
        }
        if (output.device() != device) {
            throw new IllegalStateException(op.name() + ": its forward returned a tensor on device "
                    + output.device().name() + ", expected one on the inputs' device, " + device.name());
        }
        if (!output.shape().equals(announced)) {
            throw ShapeException.of(
                    op.name(),
                    "its forward returned another shape than its outputShape",
                    "returned",
                    output.shape(),
                    "announced",
                    announced);
        }
        if (output.isReleased()) {
            throw new IllegalStateException(op.name() + ": its forward returned a tensor that was released already");
        }
    }

    /**
     * Checks what {@link Op#backward} returned.
     *
     * @throws IllegalStateException if that is not one gradient for each input, or if a required gradient is missing,
     *     was released, or is on another device
     * @throws ShapeException if a gradient has another shape than its input
     */
    static void requireGradients(Node node, Device device, Tensor... gradients) {
        String name = node.op().name();
        int inputs = node.inputs().size();
        if (gradients == null || gradients.length != inputs) {
            String found = gradients == null
                    ? "null"
                    : gradients.length + (gradients.length == 1 ? " gradient" : " gradients");
            throw new IllegalStateException(name + ": its backward returned " + found
                    + ", expected one for each of its " + inputs + (inputs == 1 ? " input" : " inputs"));
        }
        for (int i = 0; i < inputs; i++) {
            if (node.context().needsGradient(i)) {
                requireGradient(node, i, device, gradients[i]);
            }
        }
    }

    private static void requireGradient(Node node, int index, Device device, Tensor gradient) {
        String what = node.op().inputName(index);
        if (gradient == null) {
            throw new IllegalStateException(node.op().name() + ": its backward returned null for " + what + " "
                    + node.inputs().get(index).shape() + ", which requires a gradient; return zeros if none passes");
        }
        if (gradient.device() != device) {
            throw new IllegalStateException(node.op().name() + ": its backward returned a gradient of " + what
                    + " on device " + gradient.device().name() + ", expected " + device.name());
        }
        Shape expected = node.inputs().get(index).shape();
        if (!gradient.shape().equals(expected)) {
            throw ShapeException.of(
                    node.op().name(),
                    "its backward returned a gradient of another shape than " + what,
                    "gradient",
                    gradient.shape(),
                    what,
                    expected);
        }
        if (gradient.isReleased()) {
            throw new IllegalStateException(
                    node.op().name() + ": its backward returned a gradient of " + what + " that was released already");
        }
    }
}
