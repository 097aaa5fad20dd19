package dev.voxgrad.engine.device;

import java.util.List;

import dev.voxgrad.engine.GradientMode;
import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Tensor;

/**
 * A {@link RepeatedStep} on the host's devices: runs its body at every call, in a scope of its own.
 *
 * @param gradients whether operations in the body track gradients
 */
record EagerStep(boolean gradients, Body body) implements RepeatedStep {
    @Override
    public Results run() {
        try (GradientMode _ = gradients ? GradientMode.on() : GradientMode.off();
                Scope _ = Scope.open()) {
            List<double[]> values =
                    body.run().stream().map(Tensor::toDoubleArray).toList();
            return values::get;
        }
    }

    @Override
    public boolean isEager() {
        return true;
    }

    /** One: results are there when {@link #run} returns. */
    @Override
    public int slots() {
        return 1;
    }

    @Override
    public void close() {
        // keeps nothing
    }
}
