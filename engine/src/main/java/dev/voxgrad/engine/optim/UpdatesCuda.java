package dev.voxgrad.engine.optim;

import java.util.List;
import java.util.function.IntFunction;

import dev.voxgrad.engine.cuda.driver.DeviceBuffer;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.cuda.HostArray;

/**
 * Updates many parameters in one launch of the kernel that the rule names. The step's scalars (learning rate, bias
 * correction) are recomputed on the host before every replay.
 */
final class UpdatesCuda {
    private final CudaDevice device;

    UpdatesCuda(CudaDevice device) {
        this.device = device;
    }

    void apply(List<UpdateSlot> slots, IntFunction<? extends TensorUpdate> update) {
        TensorUpdate first = update.apply(0);
        for (UpdateSlot slot : slots) {
            slot.requireFor(first);
            if (slot.parameter().device() != device) {
                throw new IllegalArgumentException(first.name() + ": a parameter is on device "
                        + slot.parameter().device().name() + " but the first one is on device " + device.name());
            }
        }
        int count = first.valueCount();
        float[] values = new float[count * slots.size()];
        device.hostEffect(() -> {
            for (int i = 0; i < slots.size(); i++) {
                TensorUpdate each = update.apply(i);
                requireSameRule(slots.get(i), each, first);
                each.copyValues(values, count * i);
                slots.get(i).countChange();
            }
        });
        DeviceBuffer steps = device.borrowCopy(HostArray.of(values));
        try (SlotTable table = new SlotTable(device, slots)) {
            table.kernel(first.kernel()).add(steps).add(table.pieces()).on(table.grid());
        }
        device.giveBack(steps);
    }

    private static void requireSameRule(UpdateSlot slot, TensorUpdate update, TensorUpdate first) {
        if (!update.kernel().equals(first.kernel())
                || update.stateNames().size() != slot.state().size()) {
            throw new IllegalArgumentException(
                    "optimizer: the update of parameter " + slot.parameter().shape() + " is " + update
                            + ", another rule than the first parameter's; use one optimizer per rule");
        }
    }
}
