package dev.voxgrad.engine.device;

import dev.voxgrad.engine.Tensor;

/** Doubles on the Java heap, in row-major order always. */
public record ReferenceStorage(double[] array) implements Storage {
    @Override
    public int elements() {
        return array.length;
    }

    /** The doubles of a tensor on the reference device. */
    public static double[] array(Tensor tensor) {
        return ((ReferenceStorage) tensor.storage()).array;
    }
}
