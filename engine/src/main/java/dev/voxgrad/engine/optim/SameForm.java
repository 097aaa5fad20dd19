package dev.voxgrad.engine.optim;

import dev.voxgrad.engine.ShapeException;
import dev.voxgrad.engine.Tensor;

/** Checks that the tensors of an update have the parameter's device, shape and layout. */
final class SameForm {
    private SameForm() {}

    static void require(String operation, Tensor parameter, String name, Tensor other) {
        ShapeException.requireEqual(operation, "parameter", parameter.shape(), name, other.shape());
        if (parameter.device() != other.device()) {
            throw new IllegalArgumentException(
                    operation + ": parameter is on device " + parameter.device().name() + " but " + name
                            + " is on device " + other.device().name());
        }
        if (parameter.layout() != other.layout()) {
            throw ShapeException.of(
                    operation,
                    "parameter is " + parameter.layout() + " but " + name + " is " + other.layout(),
                    "parameter",
                    parameter.shape());
        }
    }
}
