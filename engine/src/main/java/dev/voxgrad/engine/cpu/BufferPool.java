package dev.voxgrad.engine.cpu;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Float arrays that are used again instead of being collected: after two steps of the same shapes a training loop
 * takes nothing new from the heap, and nothing needs to be zeroed.
 *
 * <p>Lengths are rounded up to eight classes per power of two, so that batches of slightly different size share
 * arrays and at most one eighth is wasted. Thread-safe.
 */
public final class BufferPool {
    private final Map<Integer, Deque<float[]>> free = new HashMap<>();
    private long allocatedBytes;

    /** An array of at least {@code elements} floats, contents unspecified. */
    public float[] take(int elements) {
        int length = sizeClass(elements);
        synchronized (this) {
            Deque<float[]> arrays = free.get(length);
            if (arrays != null && !arrays.isEmpty()) {
                return arrays.pop();
            }
            allocatedBytes += 4L * length;
        }
        return new float[length];
    }

    /** Takes an array back that {@link #take} gave. */
    public synchronized void give(float[] array) {
        free.computeIfAbsent(array.length, length -> new ArrayDeque<>()).push(array);
    }

    /** Bytes of all arrays made so far. */
    public synchronized long allocatedBytes() {
        return allocatedBytes;
    }

    /** The next of eight steps per power of two; at least 64 floats. */
    static int sizeClass(int elements) {
        if (elements <= 64) {
            return 64;
        }
        int step = Math.max(16, Integer.highestOneBit(elements - 1) / 8);
        long rounded = ((long) elements + step - 1) / step * step;
        return (int) Math.min(rounded, Integer.MAX_VALUE - 8);
    }
}
