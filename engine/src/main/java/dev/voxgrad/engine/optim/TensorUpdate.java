package dev.voxgrad.engine.optim;

import java.util.List;
import java.util.function.IntFunction;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.trace.Pass;
import dev.voxgrad.engine.trace.Trace;
import dev.voxgrad.engine.trace.Work;

/** What one step of an optimiser does to one parameter. */
public sealed interface TensorUpdate permits AdamUpdate, SgdUpdate {
    /** Returns the name of the rule in messages, and that of its kernel in optim.cu. */
    String name();

    /** Returns what the tensors are called that the rule keeps for each parameter. */
    List<String> stateNames();

    /**
     * Updates the parameter and its state in place.
     *
     * @throws IllegalArgumentException if the slot has more or fewer state tensors than the rule keeps, or if its
     *     tensors differ in device
     * @throws dev.voxgrad.engine.ShapeException if its tensors differ in shape or layout
     */
    void apply(UpdateSlot slot);

    /**
     * Updates many parameters of one device, on a GPU by one launch.
     *
     * @param update the update of each slot, all by the same rule. It is asked on the host in each step, also where a
     *     GPU replays a recorded one
     */
    static void applyAll(List<UpdateSlot> slots, IntFunction<? extends TensorUpdate> update) {
        switch (slots.getFirst().parameter().device()) {
            case CudaDevice cuda -> new UpdatesCuda(cuda).apply(slots, update);
            case CpuDevice _, ReferenceDevice _ -> applyInTurn(slots, update);
        }
    }

    private static void applyInTurn(List<UpdateSlot> slots, IntFunction<? extends TensorUpdate> update) {
        for (int i = 0; i < slots.size(); i++) {
            UpdateSlot slot = slots.get(i);
            Tensor parameter = slot.parameter();
            // The gradient is read; the parameter and the state are read and written.
            Work work = Work.moving(
                    (3L + 2 * slot.state().size()) * parameter.shape().elements());
            try (var _ = Trace.span(parameter.device(), "optimizer", Pass.UPDATE, work, parameter.shape())) {
                update.apply(i).apply(slot);
            }
        }
    }
}
