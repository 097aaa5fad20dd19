package dev.voxgrad.nn;

import java.util.Arrays;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.ShapeException;

/**
 * Contains values on the host, in row-major order, and the name under which they are saved. Two are equal if their
 * names, shapes and values are. The shape may be {@linkplain Shape#allowingZero empty}.
 */
public sealed interface NamedTensor {
    /** Returns the name under which the values are saved. */
    String name();

    /** Returns the shape of the values. */
    Shape shape();

    /** Returns whether both contain the same values, to the bit, under whatever names and shapes. */
    default boolean sameValues(NamedTensor other) {
        return switch (this) {
            case Floats floats -> other instanceof Floats that && Arrays.equals(floats.values, that.values);
            case Longs longs -> other instanceof Longs that && Arrays.equals(longs.values, that.values);
        };
    }

    /** Returns the same values under another name; the array is shared. */
    default NamedTensor withName(String other) {
        return switch (this) {
            case Floats floats -> new Floats(other, floats.shape, floats.values);
            case Longs longs -> new Longs(other, longs.shape, longs.values);
        };
    }

    /** Contains float32 values: weights, running statistics, moments. Do not modify the array. */
    record Floats(String name, Shape shape, float[] values) implements NamedTensor {
        public Floats {
            requireLength(name, shape, values.length);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Floats that
                    && name.equals(that.name)
                    && shape.equals(that.shape)
                    && Arrays.equals(values, that.values);
        }

        @Override
        public int hashCode() {
            return 31 * name.hashCode() + Arrays.hashCode(values);
        }

        @Override
        public String toString() {
            return name + " float32 " + shape;
        }
    }

    /** Contains int64 values: counters. Do not modify the array. */
    record Longs(String name, Shape shape, long[] values) implements NamedTensor {
        public Longs {
            requireLength(name, shape, values.length);
        }

        /** Creates a scalar. */
        public Longs(String name, long value) {
            this(name, Shape.of(), new long[] {value});
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Longs that
                    && name.equals(that.name)
                    && shape.equals(that.shape)
                    && Arrays.equals(values, that.values);
        }

        @Override
        public int hashCode() {
            return 31 * name.hashCode() + Arrays.hashCode(values);
        }

        @Override
        public String toString() {
            return name + " int64 " + shape;
        }
    }

    private static void requireLength(String name, Shape shape, int length) {
        if (length != shape.elements()) {
            throw new ShapeException(name + ": " + length + " values do not fill shape " + shape);
        }
    }
}
