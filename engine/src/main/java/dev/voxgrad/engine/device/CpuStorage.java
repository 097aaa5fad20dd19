package dev.voxgrad.engine.device;

import dev.voxgrad.engine.Tensor;

/** Stores floats on the Java heap. */
public final class CpuStorage extends Storage {
    private final float[] array;
    private final int elements;

    /**
     * Wraps an array.
     *
     * @param array at least {@code elements} long: pooled arrays come in size classes, so never use
     *     {@code array.length}
     * @param elements the number of values that count
     */
    public CpuStorage(float[] array, int elements) {
        this.array = array;
        this.elements = elements;
    }

    /** Returns the pooled array: the floats, followed by unspecified contents. */
    public float[] array() {
        return array;
    }

    @Override
    public int elements() {
        return elements;
    }

    /** Returns the floats of a tensor on the CPU device. */
    public static float[] array(Tensor tensor) {
        return ((CpuStorage) tensor.storage()).array;
    }
}
