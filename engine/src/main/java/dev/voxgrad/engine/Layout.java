package dev.voxgrad.engine;

/**
 * The physical order of a tensor's elements. Shapes are always logical, (N,C,D,H,W); only kernels see this.
 */
public enum Layout {
    /** Last dimension fastest: (N,C,D,H,W). Weights, matrices, and everything that comes from or goes to a user. */
    ROW_MAJOR,
    /** Channels fastest: (N,D,H,W,C). Five-dimensional activations on devices that prefer it. */
    CHANNELS_LAST;

    /** True if both orders put the elements of {@code shape} into the same places, so that no copy is needed. */
    public static boolean coincide(Shape shape) {
        return shape.rank() != 5 || shape.dim(1) == 1 || shape.elementsFrom(2) == 1;
    }
}
