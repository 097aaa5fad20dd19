package dev.voxgrad.engine.device;

/**
 * A device's memory for one tensor and its views: a flat run of numbers. Only kernels look inside.
 *
 * <p>It counts how often its numbers were changed in place, so that a backward pass can tell whether what its forward
 * pass saved is still the same (PyTorch's version counter). The devices' {@code write} and {@code fill} count, and so
 * do optimisers, averages, gradient clipping and running statistics; a kernel that fills new memory need not. Code that
 * changes numbers in any other way calls {@link #written}.
 */
public abstract sealed class Storage permits CpuStorage, CudaStorage, ReferenceStorage {
    private int version;

    /** Returns how many numbers it holds. */
    public abstract int elements();

    /** Returns how often the numbers were changed in place; compare for equality only, since it may wrap around. */
    public final int version() {
        return version;
    }

    /** Notes that the numbers were changed in place. */
    public final void written() {
        version++;
    }
}
