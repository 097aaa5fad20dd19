package dev.voxgrad.engine.device.cuda;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.cuda.driver.DeviceBuffer;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.CudaStorage;

/**
 * A tensor's numbers in the type that a library is to have them in; closing it does what has to be done once it has
 * them.
 */
public record CudaOperand(DeviceBuffer buffer, Runnable end) implements AutoCloseable {
    /** Scratch memory, given back at the end. */
    public static CudaOperand scratch(CudaDevice device, DeviceBuffer buffer) {
        return new CudaOperand(buffer, () -> device.giveBack(buffer));
    }

    /** Numbers that are read: a converted copy, if they are of another type. */
    public static CudaOperand read(Tensor tensor, ElementType type) {
        CudaStorage storage = CudaStorage.of(tensor);
        CudaDevice device = (CudaDevice) tensor.device();
        return storage.type() == type
                ? new CudaOperand(storage.buffer(), () -> {})
                : scratch(device, device.converted(storage, type));
    }

    /** Numbers that are written: converted at the end, if the tensor's are of another type. */
    public static CudaOperand written(Tensor tensor, ElementType type) {
        CudaStorage storage = CudaStorage.of(tensor);
        if (storage.type() == type) {
            return new CudaOperand(storage.buffer(), () -> {});
        }
        CudaDevice device = (CudaDevice) tensor.device();
        DeviceBuffer result = device.borrow((long) type.bytes() * storage.elements());
        return new CudaOperand(result, () -> {
            device.convert(result, type, storage);
            device.giveBack(result);
        });
    }

    @Override
    public void close() {
        end.run();
    }
}
