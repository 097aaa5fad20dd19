package dev.voxgrad.engine.device.cuda;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.cuda.driver.DeviceBuffer;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.CudaStorage;

/**
 * Provides a tensor's values in the type that a library requires. Close it once the library's work is queued, which
 * frees or converts the copy.
 */
public record CudaOperand(DeviceBuffer buffer, Runnable end) implements AutoCloseable {
    /** Wraps scratch memory, which is freed at the end. */
    public static CudaOperand scratch(CudaDevice device, DeviceBuffer buffer) {
        return new CudaOperand(buffer, () -> device.giveBack(buffer));
    }

    /** Returns a tensor's values for reading: a converted copy, if they have another type. */
    public static CudaOperand read(Tensor tensor, ElementType type) {
        CudaStorage storage = CudaStorage.of(tensor);
        CudaDevice device = (CudaDevice) tensor.device();
        return storage.type() == type
                ? new CudaOperand(storage.buffer(), () -> {})
                : scratch(device, device.converted(storage, type));
    }

    /** Returns memory for writing, which is converted at the end if the tensor has another type. */
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
