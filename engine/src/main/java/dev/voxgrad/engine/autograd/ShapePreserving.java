package dev.voxgrad.engine.autograd;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.ShapeException;

/** Gives an operation the shape rule of elementwise operations: all inputs and the result have the same shape. */
public interface ShapePreserving extends Op {
    /**
     * Returns the shape of the inputs.
     *
     * @throws ShapeException if two inputs differ in shape
     */
    @Override
    default Shape outputShape(Shape... inputs) {
        for (int i = 1; i < inputs.length; i++) {
            ShapeException.requireEqual(name(), inputName(0), inputs[0], inputName(i), inputs[i]);
        }
        return inputs[0];
    }
}
