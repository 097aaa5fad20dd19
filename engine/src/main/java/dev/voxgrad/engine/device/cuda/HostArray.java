package dev.voxgrad.engine.device.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Represents an array of the host that a device reads, now or at each replay of a captured step. */
public sealed interface HostArray {
    /** Returns the number of values. */
    int length();

    /** Returns the bytes of that many values. */
    long bytes(int count);

    /**
     * Copies {@code count} values from the {@code from}-th on to the buffer's position, in the machine's byte order.
     */
    void copyTo(ByteBuffer to, int from, int count);

    /** Wraps an array of floats. */
    static HostArray of(float... values) {
        return new Floats(values);
    }

    /** Wraps an array of ints. */
    static HostArray of(int... values) {
        return new Ints(values);
    }

    /** Wraps an array of longs. */
    static HostArray of(long... values) {
        return new Longs(values);
    }

    /** Wraps floats, of four bytes each. */
    record Floats(float[] values) implements HostArray {
        @Override
        public int length() {
            return values.length;
        }

        @Override
        public long bytes(int count) {
            return (long) Float.BYTES * count;
        }

        @Override
        public void copyTo(ByteBuffer to, int from, int count) {
            to.slice().order(ByteOrder.nativeOrder()).asFloatBuffer().put(values, from, count);
        }
    }

    /** Wraps ints, of four bytes each. */
    record Ints(int[] values) implements HostArray {
        @Override
        public int length() {
            return values.length;
        }

        @Override
        public long bytes(int count) {
            return (long) Integer.BYTES * count;
        }

        @Override
        public void copyTo(ByteBuffer to, int from, int count) {
            to.slice().order(ByteOrder.nativeOrder()).asIntBuffer().put(values, from, count);
        }
    }

    /** Wraps longs, of eight bytes each. */
    record Longs(long[] values) implements HostArray {
        @Override
        public int length() {
            return values.length;
        }

        @Override
        public long bytes(int count) {
            return (long) Long.BYTES * count;
        }

        @Override
        public void copyTo(ByteBuffer to, int from, int count) {
            to.slice().order(ByteOrder.nativeOrder()).asLongBuffer().put(values, from, count);
        }
    }
}
