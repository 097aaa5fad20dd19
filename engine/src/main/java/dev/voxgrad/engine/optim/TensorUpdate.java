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

/** Describes what one step of an optimizer does to one parameter. */
public sealed interface TensorUpdate permits AdamUpdate, SgdUpdate {
    /** Returns the rule's name in messages. */
    String name();

    /** Returns the names of the tensors that the rule keeps for each parameter. */
    List<String> stateNames();

    /** Returns the name of the rule's kernel in optim.cu. */
    String kernel();

    /** Returns the number of values that the kernel needs for each parameter: the floats of its struct in optim.cu. */
    int valueCount();

    /**
     * Writes the values that the kernel needs, in the order of its struct.
     *
     * @param to receives {@link #valueCount} values, starting at index {@code at}
     */
    void copyValues(float[] to, int at);

    /**
     * Updates the parameter and its state in place.
     *
     * @throws IllegalArgumentException if the slot doesn't have as many state tensors as the rule keeps, or if its
     *     tensors are on different devices
     * @throws dev.voxgrad.engine.ShapeException if its tensors differ in shape or layout
     */
    void apply(UpdateSlot slot);

    /**
     * Updates many parameters on one device; on a GPU this is a single launch.
     *
     * @param update returns the update of each slot, all of them with the same rule. It is called on the host in every
     *     step, even if a GPU replays a captured one
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
