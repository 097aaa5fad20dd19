package dev.voxgrad.engine.device;

import dev.voxgrad.engine.Tensor;

/** Stores doubles on the Java heap, always in row-major order. */
public final class ReferenceStorage extends Storage {
    private final double[] array;

    /** Wraps an array, all of whose values count. */
    public ReferenceStorage(double[] array) {
        this.array = array;
    }

    /** Returns the doubles. */
    public double[] array() {
        return array;
    }

    @Override
    public int elements() {
        return array.length;
    }

    /** Returns the doubles of a tensor on the reference device. */
    public static double[] array(Tensor tensor) {
        return ((ReferenceStorage) tensor.storage()).array;
    }
}
