package dev.voxgrad.engine.trace;

import java.util.Arrays;
import java.util.List;

import dev.voxgrad.engine.Shape;

/** Describes one call of an operation by shapes alone, which is all that the arithmetic of a profile needs. */
public final class OpCall {
    private final List<Shape> inputs;
    private final Shape output;
    private final boolean[] needsGradient;
    private final long savedElements;

    /**
     * Describes a call.
     *
     * @param needsGradient one flag for each input
     * @param savedElements elements of the tensors that the forward saved for the backward
     */
    public OpCall(List<Shape> inputs, Shape output, boolean[] needsGradient, long savedElements) {
        this.inputs = List.copyOf(inputs);
        this.output = output;
        this.needsGradient = needsGradient.clone();
        this.savedElements = savedElements;
    }

    /** Describes a call that is never made: one that would save all inputs, and need all gradients. */
    public static OpCall ofShapes(Shape output, Shape... inputs) {
        boolean[] needsGradient = new boolean[inputs.length];
        Arrays.fill(needsGradient, true);
        List<Shape> shapes = List.of(inputs);
        return new OpCall(shapes, output, needsGradient, elements(shapes));
    }

    /** Returns the shapes of all inputs. */
    public List<Shape> inputs() {
        return inputs;
    }

    /** Returns the shape of input {@code index}. */
    public Shape input(int index) {
        return inputs.get(index);
    }

    /** Returns the shape of the result. */
    public Shape output() {
        return output;
    }

    /** Returns whether the gradient of input {@code index} is required. */
    public boolean needsGradient(int index) {
        return needsGradient[index];
    }

    /** Returns how many elements a forward reads and writes: its inputs and its result. */
    public long forwardElements() {
        return elements(inputs) + output.elements();
    }

    /**
     * Returns how many elements a backward reads and writes: the result's gradient, what the forward saved, and the
     * gradients that are required.
     */
    public long backwardElements() {
        long elements = output.elements() + savedElements;
        for (int i = 0; i < needsGradient.length; i++) {
            elements += needsGradient[i] ? inputs.get(i).elements() : 0;
        }
        return elements;
    }

    /** Returns the work of one kernel that reads its arguments and writes its results, without any arithmetic. */
    public Work traffic(Pass pass) {
        return Work.moving(pass == Pass.FORWARD ? forwardElements() : backwardElements());
    }

    private static long elements(List<Shape> shapes) {
        return shapes.stream().mapToLong(Shape::elements).sum();
    }
}
