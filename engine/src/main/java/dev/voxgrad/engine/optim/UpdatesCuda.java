package dev.voxgrad.engine.optim;

import java.util.List;
import java.util.function.IntFunction;

import dev.voxgrad.engine.cuda.driver.DeviceBuffer;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.cuda.HostArray;

/**
 * Updates many parameters by one launch. The step's numbers, such as the learning rate and the correction of a bias,
 * are computed on the host before each replay.
 */
final class UpdatesCuda {
    private final CudaDevice device;

    /** The rules that have a kernel in optim.cu, and the floats of its struct of settings. */
    private enum Kernel {
        ADAM(AdamUpdate.NUMBERS),
        SGD(SgdUpdate.NUMBERS);

        private final int numbers;

        Kernel(int numbers) {
            this.numbers = numbers;
        }

        static Kernel of(TensorUpdate update) {
            return switch (update) {
                case AdamUpdate _ -> ADAM;
                case SgdUpdate _ -> SGD;
            };
        }
    }

    UpdatesCuda(CudaDevice device) {
        this.device = device;
    }

    void apply(List<UpdateSlot> slots, IntFunction<? extends TensorUpdate> update) {
        TensorUpdate first = update.apply(0);
        Kernel kernel = Kernel.of(first);
        for (UpdateSlot slot : slots) {
            slot.requireFor(first);
            if (slot.parameter().device() != device) {
                throw new IllegalArgumentException(first.name() + ": a parameter is on device "
                        + slot.parameter().device().name() + " but the first one on another, " + device.name());
            }
        }
        float[] numbers = new float[kernel.numbers * slots.size()];
        device.hostEffect(() -> {
            for (int i = 0; i < slots.size(); i++) {
                copy(slots.get(i), update.apply(i), kernel, numbers, kernel.numbers * i);
                slots.get(i).countChange();
            }
        });
        DeviceBuffer steps = device.borrowCopy(HostArray.of(numbers));
        try (SlotTable table = new SlotTable(device, slots)) {
            table.kernel(first.name()).add(steps).add(table.pieces()).on(table.grid());
        }
        device.giveBack(steps);
    }

    private static void copy(UpdateSlot slot, TensorUpdate update, Kernel kernel, float[] numbers, int at) {
        if (Kernel.of(update) != kernel
                || update.stateNames().size() != slot.state().size()) {
            throw new IllegalArgumentException(
                    "optimizer: the update of parameter " + slot.parameter().shape() + " is " + update
                            + ", of another rule than the first parameter's; give each rule an optimizer of its own");
        }
        switch (update) {
            case AdamUpdate adam -> adam.copyTo(numbers, at);
            case SgdUpdate sgd -> sgd.copyTo(numbers, at);
        }
    }
}
