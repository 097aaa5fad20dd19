package dev.voxgrad.engine.optim;

import java.util.List;
import java.util.function.IntFunction;

import dev.voxgrad.engine.cuda.DeviceBuffer;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.HostNumbers;

/** Updates many parameters by one launch. What a step's numbers are is asked on the host, in each replay anew. */
final class UpdatesCuda {
    private final CudaDevice device;

    UpdatesCuda(CudaDevice device) {
        this.device = device;
    }

    void apply(List<UpdateSlot> slots, IntFunction<? extends TensorUpdate> update) {
        for (UpdateSlot slot : slots) {
            SameForm.require("optimizer", slot.parameter(), "gradient", slot.gradient());
        }
        boolean adam = slots.getFirst().state().size() == 2;
        int count = adam ? AdamUpdate.NUMBERS : SgdUpdate.NUMBERS;
        float[] numbers = new float[count * slots.size()];
        device.hostEffect(() -> {
            for (int i = 0; i < slots.size(); i++) {
                switch (update.apply(i)) {
                    case AdamUpdate a -> a.copyTo(numbers, count * i);
                    case SgdUpdate s -> s.copyTo(numbers, count * i);
                }
            }
        });
        DeviceBuffer steps = device.borrowCopy(HostNumbers.of(numbers));
        try (SlotTable table = new SlotTable(device, slots)) {
            table.kernel(adam ? "adam" : "sgd").add(steps).add(table.pieces()).on(table.grid());
        }
        device.giveBack(steps);
    }
}
