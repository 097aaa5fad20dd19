package dev.voxgrad.nn;

import java.util.ArrayList;
import java.util.List;

import dev.voxgrad.engine.Tensor;

/**
 * Releases the intermediate results of a hand-written {@link Layer#forward} when it is done, so that their memory
 * returns to the pool, unless an operation saved them for the backward pass. A {@link Chain} does this by
 * itself. {@link Layer} has an example.
 */
public final class Intermediates implements AutoCloseable {
    private final long start = Tensor.moment();
    private final List<Tensor> tensors = new ArrayList<>();

    /**
     * Adds a tensor that is not used after {@link #close}; the forward's own result must not be added.
     * Ignores a tensor that no operation has computed since this object was created, such as the layer's input, a
     * parameter or a constant.
     *
     * @return the tensor
     */
    public Tensor add(Tensor tensor) {
        if (tensor.isResultSince(start)) {
            tensors.add(tensor);
        }
        return tensor;
    }

    /** Releases all tensors that were added. */
    @Override
    public void close() {
        tensors.forEach(Tensor::release);
    }
}
