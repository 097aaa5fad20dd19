package dev.voxgrad.engine.device;

import dev.voxgrad.engine.Tensor;

/**
 * Floats on the Java heap.
 *
 * @param array at least {@code elements} long: pooled arrays come in size classes, so never use {@code array.length}
 * @param elements how many of them count
 */
public record CpuStorage(float[] array, int elements) implements Storage {
    /** The floats of a tensor on the CPU device. */
    public static float[] array(Tensor tensor) {
        return ((CpuStorage) tensor.storage()).array;
    }
}
