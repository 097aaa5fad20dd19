package dev.voxgrad.engine.cpu;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Arrays of one kind that are used again instead of being collected: after two steps of the same shapes a training loop
 * takes nothing new from the heap, and nothing needs to be zeroed.
 *
 * <p>Lengths are rounded up to eight classes per power of two, so that batches of slightly different size share
 * arrays and at most one eighth is wasted. Thread-safe.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public final class BufferPool<A> {
    /** Classes up to 64 elements, and eight for each power of two above. */
    private static final int CLASSES = 1 + 8 * (Integer.SIZE - 6);

    private final int elementBytes;
    private final IntFunction<A> allocator;
    private final List<Deque<A>> free = new ArrayList<>(CLASSES);
    private long allocatedBytes;

    private BufferPool(int elementBytes, IntFunction<A> allocator) {
        this.elementBytes = elementBytes;
        this.allocator = allocator;
        for (int i = 0; i < CLASSES; i++) {
            free.add(new ArrayDeque<>());
        }
    }

    public static BufferPool<float[]> ofFloats() {
        return new BufferPool<>(Float.BYTES, float[]::new);
    }

    public static BufferPool<double[]> ofDoubles() {
        return new BufferPool<>(Double.BYTES, double[]::new);
    }

    /** An array of at least {@code elements} numbers, contents unspecified. */
    public A take(int elements) {
        int length = roundedUp(elements);
        synchronized (this) {
            A array = free.get(sizeClass(length)).poll();
            if (array != null) {
                return array;
            }
            allocatedBytes += (long) elementBytes * length;
        }
        return allocator.apply(length);
    }

    /** Takes an array of that length back that {@link #take} gave. */
    public synchronized void give(A array, int length) {
        free.get(sizeClass(length)).push(array);
    }

    /** Bytes of all arrays made so far. */
    public synchronized long allocatedBytes() {
        return allocatedBytes;
    }

    /** The next of eight steps per power of two; at least 64 numbers. */
    static int roundedUp(int elements) {
        if (elements <= 64) {
            return 64;
        }
        int step = Math.max(16, Integer.highestOneBit(elements - 1) / 8);
        long rounded = ((long) elements + step - 1) / step * step;
        return (int) Math.min(rounded, Integer.MAX_VALUE - 8);
    }

    /** The number of a length that {@link #roundedUp} gave: different for different lengths. */
    static int sizeClass(int length) {
        if (length <= 64) {
            return 0;
        }
        int top = Integer.numberOfTrailingZeros(Integer.highestOneBit(length - 1));
        return 1 + 8 * (top - 6) + (length - 1 - (1 << top)) / Math.max(1, (1 << top) / 8);
    }
}
