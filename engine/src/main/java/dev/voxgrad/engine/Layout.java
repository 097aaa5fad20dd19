package dev.voxgrad.engine;

/**
 * Names the physical order of a tensor's elements. Shapes are always logical, (N,C,D,H,W); only kernels see the layout.
 */
public enum Layout {
    /** Last dimension fastest: (N,C,D,H,W). For weights, matrices, and all data exchanged with a user. */
    ROW_MAJOR,
    /** Channels fastest: (N,D,H,W,C). For five-dimensional activations on devices that prefer it. */
    CHANNELS_LAST;

    /** Returns whether both orders put the elements of {@code shape} in the same places, so that no copy is needed. */
    public static boolean coincide(Shape shape) {
        return shape.rank() != 5 || shape.dim(1) == 1 || shape.elementsFrom(2) == 1;
    }
}
