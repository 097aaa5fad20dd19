package dev.voxgrad.engine.device;

/**
 * Represents a device's memory for one tensor and its views: a flat run of values. Only kernels look inside.
 *
 * <p>It counts how often its values were changed in place, so that a backward pass can detect whether the tensors that
 * its forward pass saved are still the same (PyTorch's version counter). The devices' {@code write} and {@code fill}
 * count, and so do optimisers, averages, gradient clipping and running statistics; a kernel that fills new memory need
 * not. Code that changes values in any other way calls {@link #written}.
 */
public abstract sealed class Storage permits CpuStorage, CudaStorage, ReferenceStorage {
    private int version;

    /** Returns the number of values. */
    public abstract int elements();

    /** Returns how often the values were changed in place; compare for equality only, since it may wrap around. */
    public final int version() {
        return version;
    }

    /** Notes that the values were changed in place. */
    public final void written() {
        version++;
    }
}
