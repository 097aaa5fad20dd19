package dev.voxgrad.engine.device;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.cuda.DeviceBuffer;

/** Numbers in a card's memory. */
public record CudaStorage(DeviceBuffer buffer, int elements, ElementType type) implements Storage {
    /** The storage of a tensor on a CUDA device. */
    public static CudaStorage of(Tensor tensor) {
        return (CudaStorage) tensor.storage();
    }
}
