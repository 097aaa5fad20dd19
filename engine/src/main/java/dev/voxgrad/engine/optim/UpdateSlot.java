package dev.voxgrad.engine.optim;

import java.util.List;

import dev.voxgrad.engine.Tensor;

/**
 * Groups a parameter, its gradient, and the tensors that an update keeps for it, all with the same shape and layout.
 *
 * @param state as many tensors as the update keeps ({@link TensorUpdate#stateNames})
 */
public record UpdateSlot(Tensor parameter, Tensor gradient, List<Tensor> state) {
    public UpdateSlot {
        state = List.copyOf(state);
    }

    /** Throws an exception unless the tensors fit {@code update}. */
    void requireFor(TensorUpdate update) {
        if (state.size() != update.stateNames().size()) {
            throw new IllegalArgumentException(update.name() + ": " + state.size() + " state tensors for parameter "
                    + parameter.shape() + ", expected " + update.stateNames().size() + " " + update.stateNames());
        }
        SameForm.require(update.name(), parameter, "gradient", gradient);
        for (int i = 0; i < state.size(); i++) {
            SameForm.require(update.name(), parameter, update.stateNames().get(i), state.get(i));
        }
    }

    /** Records that the parameter and its state were changed in place. */
    void countChange() {
        parameter.storage().written();
        state.forEach(tensor -> tensor.storage().written());
    }
}
