package dev.voxgrad.engine.device.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** An array of the host whose numbers a device reads, now or at each replay of a recorded step. */
public sealed interface HostArray {
    /** How many numbers there are. */
    int length();

    /** Bytes of that many of them. */
    long bytes(int count);

    /**
     * Copies {@code count} numbers from the {@code from}-th on to the buffer's position, in the machine's byte order.
     */
    void copyTo(ByteBuffer to, int from, int count);

    static HostArray of(float... values) {
        return new Floats(values);
    }

    static HostArray of(int... values) {
        return new Ints(values);
    }

    static HostArray of(long... values) {
        return new Longs(values);
    }

    /** Four bytes each. */
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

    /** Four bytes each. */
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

    /** Eight bytes each. */
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
