package dev.voxgrad.engine.optim;

import java.util.List;

import dev.voxgrad.engine.Tensor;

/**
 * A parameter, its gradient, and the tensors that an update keeps for it, all of one shape and layout.
 *
 * @param state as many tensors as the update keeps: mean and square for Adam, velocity or nothing for SGD
 */
public record UpdateSlot(Tensor parameter, Tensor gradient, List<Tensor> state) {
    public UpdateSlot {
        state = List.copyOf(state);
    }
}
