package dev.voxgrad.engine;

import java.util.Arrays;

/**
 * Holds the sizes of a tensor's dimensions, outermost first: {@code [8,3,28,28,28]} is (N,C,D,H,W).
 *
 * <p>Immutable. Every size of a tensor is at least 1 and the number of elements fits an {@code int}, so that no other
 * code needs to check for overflow again. Rank 0 is a scalar with one element. Only shapes of arrays in files, made by
 * {@link #allowingZero}, may contain a 0.
 */
public final class Shape {
    private final int[] dims;
    private final int elements;

    private Shape(int least, int... dims) {
        long product = 1;
        for (int i = 0; i < dims.length; i++) {
            if (dims[i] < least) {
                throw new ShapeException("shape: dimension " + i + " is " + dims[i] + ", expected at least " + least
                        + "; " + Arrays.toString(dims));
            }
            product = Math.min(product * dims[i], 1L << 31);
        }
        if (product > Integer.MAX_VALUE) {
            throw new ShapeException("shape: more than 2^31-1 elements in " + Arrays.toString(dims));
        }
        this.dims = dims;
        this.elements = (int) product;
    }

    /** Returns the shape with these sizes; {@code Shape.of()} is a scalar. */
    public static Shape of(int... dims) {
        return new Shape(1, dims.clone());
    }

    /**
     * Returns the shape of an array in a file, whose sizes may be 0. No tensor has such a shape.
     *
     * @throws ShapeException for a negative size or more than 2^31-1 elements
     */
    public static Shape allowingZero(int... dims) {
        return new Shape(0, dims.clone());
    }

    /** Returns the number of dimensions. */
    public int rank() {
        return dims.length;
    }

    /** Returns the size of dimension {@code index}, counted from the outermost. */
    public int dim(int index) {
        return dims[index];
    }

    /** Returns the product of all sizes. */
    public int elements() {
        return elements;
    }

    /** Returns the product of the sizes from dimension {@code first} on: D·H·W of (N,C,D,H,W) for {@code first} 2. */
    public int elementsFrom(int first) {
        int product = 1;
        for (int i = first; i < dims.length; i++) {
            product *= dims[i];
        }
        return product;
    }

    /** Returns the three spatial sizes of (N,C,D,H,W). */
    public Dims3 spatial() {
        return new Dims3(dims[2], dims[3], dims[4]);
    }

    /** Returns this shape with the size of dimension {@code index} replaced. */
    public Shape with(int index, int size) {
        int[] copy = dims.clone();
        copy[index] = size;
        return new Shape(1, copy);
    }

    /** Returns this shape with all dimensions from {@code first} on merged into one. */
    public Shape flattenedFrom(int first) {
        if (first < 0 || first >= dims.length) {
            throw new ShapeException(
                    "flatten: from dimension " + first + ", expected 0 to " + (dims.length - 1) + "; input " + this);
        }
        int[] flat = Arrays.copyOf(dims, first + 1);
        flat[first] = elementsFrom(first);
        return new Shape(1, flat);
    }

    /** Returns the sizes as a new array. */
    public int[] toArray() {
        return dims.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape that && Arrays.equals(dims, that.dims);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }

    /** Returns the form used in error messages: {@code [8,3,28,28,28]}. */
    @Override
    public String toString() {
        return Arrays.toString(dims).replace(" ", "");
    }
}
