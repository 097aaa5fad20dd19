package dev.voxgrad.engine.device;

/** A device's memory for one tensor: a flat run of numbers. Only kernels look inside. */
public sealed interface Storage permits CpuStorage, CudaStorage, ReferenceStorage {
    /** How many numbers it holds. */
    int elements();
}
