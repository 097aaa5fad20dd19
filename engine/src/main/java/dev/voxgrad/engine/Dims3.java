package dev.voxgrad.engine;

import java.util.List;

/** Holds one integer for each spatial axis: kernel sizes, strides, paddings, volumes. */
public record Dims3(int d, int h, int w) {
    public static final Dims3 ZERO = cube(0);
    public static final Dims3 ONE = cube(1);

    /** Returns {@code n} on each axis. */
    public static Dims3 cube(int n) {
        return new Dims3(n, n, n);
    }

    /**
     * Returns d·h·w.
     *
     * @throws ShapeException if the product does not fit an int
     */
    public int product() {
        try {
            return Math.multiplyExact(Math.multiplyExact(d, h), w);
        } catch (ArithmeticException e) {
            throw new ShapeException("dimensions: " + this + " exceed 2^31-1 in total");
        }
    }

    /** Returns d, h and w. */
    public List<Integer> toList() {
        return List.of(d, h, w);
    }

    /** Returns whether each of the three is at least {@code minimum}. */
    public boolean atLeast(int minimum) {
        return d >= minimum && h >= minimum && w >= minimum;
    }

    @Override
    public String toString() {
        return d + "x" + h + "x" + w;
    }
}
