package dev.voxgrad.engine.optim;

import java.util.List;
import java.util.function.IntFunction;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.trace.Pass;
import dev.voxgrad.engine.trace.Trace;
import dev.voxgrad.engine.trace.Work;

/** What one step of an optimiser does to one parameter. */
public sealed interface TensorUpdate permits AdamUpdate, SgdUpdate {
    /**
     * Updates the parameter and its state in place.
     *
     * @throws dev.voxgrad.engine.ShapeException if its tensors differ in shape
     */
    void apply(UpdateSlot slot);

    /**
     * Updates many parameters, on a GPU by one launch.
     *
     * @param update that of each slot. It is asked on the host in each step, also where a GPU replays a recorded one
     */
    static void applyAll(List<UpdateSlot> slots, IntFunction<? extends TensorUpdate> update) {
        if (slots.getFirst().parameter().device() instanceof CudaDevice device) {
            new UpdatesCuda(device).apply(slots, update);
            return;
        }
        for (int i = 0; i < slots.size(); i++) {
            UpdateSlot slot = slots.get(i);
            Tensor parameter = slot.parameter();
            // The gradient is read; the parameter and the state are read and written.
            Work work = Work.moving((3L + 2 * slot.state().size()) * parameter.shape().elements());
            try (var _ = Trace.span(parameter.device(), "optimizer", Pass.UPDATE, work, parameter.shape())) {
                update.apply(i).apply(slot);
            }
        }
    }
}
