package dev.voxgrad.engine.device.cpu;

import java.lang.ref.SoftReference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.ShapeException;

/**
 * Reuses arrays of one type instead of leaving them to the garbage collector: after two steps of the same shapes, a
 * training loop allocates nothing on the heap, and nothing needs to be zeroed.
 *
 * <p>Lengths are rounded up to eight classes per power of two, so that batches of slightly different size share
 * arrays and up to one eighth is wasted. Thread-safe.
 *
 * <p>Idle arrays never cause an {@link OutOfMemoryError}, here or elsewhere in the process: large ones are kept by soft
 * references, which the garbage collector clears before an allocation fails, least recently used first. So volumes of
 * ever changing sizes need no more memory than the largest of them.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public final class BufferPool<A> {
    /** One class for up to 64 elements, and eight for each power of two above. */
    private static final int CLASSES = 1 + 8 * (Integer.SIZE - 6);
    /** Shorter arrays, of which a step uses thousands, are kept directly: a soft reference to each would be garbage. */
    private static final int LEAST_SOFT = 16 * 1024;
    /** The length of the longest array that every Java virtual machine allows. */
    private static final int MOST_ELEMENTS = Integer.MAX_VALUE - 8;

    private final int elementBytes;
    private final IntFunction<A> allocator;
    private final List<Deque<A>> small = new ArrayList<>(CLASSES);
    private final List<Deque<SoftReference<A>>> large = new ArrayList<>(CLASSES);
    private long allocatedBytes;

    /** Creates a pool with an allocator that may fail, for tests. */
    BufferPool(int elementBytes, IntFunction<A> allocator) {
        this.elementBytes = elementBytes;
        this.allocator = allocator;
        for (int i = 0; i < CLASSES; i++) {
            small.add(new ArrayDeque<>());
            large.add(new ArrayDeque<>());
        }
    }

    /** Returns an empty pool of {@code float[]}. */
    public static BufferPool<float[]> ofFloats() {
        return new BufferPool<>(Float.BYTES, float[]::new);
    }

    /** Returns an empty pool of {@code double[]}. */
    public static BufferPool<double[]> ofDoubles() {
        return new BufferPool<>(Double.BYTES, double[]::new);
    }

    /**
     * Returns an array of at least {@code elements} values, contents unspecified.
     *
     * @throws ShapeException for more elements than an array can have
     * @throws OutOfMemoryError if arrays in use fill the heap
     */
    public A take(int elements) {
        int length = roundedUp(requireArray(elements));
        synchronized (this) {
            A array = idle(length);
            if (array != null) {
                return array;
            }
        }
        A array = allocate(length);
        synchronized (this) {
            allocatedBytes += bytes(length);
        }
        return array;
    }

    /**
     * Does the same as {@link #take}, for an array that is soon given back: an idle one of up to twice the length will
     * do. So the scratch memory of many operations, one after the other, is little more than that of the largest.
     */
    public A takeBriefly(int elements) {
        int length = roundedUp(requireArray(elements));
        int longest = length < LEAST_SOFT ? length : (int) Math.min(2L * length, MOST_ELEMENTS);
        synchronized (this) {
            for (int other = length; other > 0 && other <= longest; other = nextLength(other)) {
                A array = idle(other);
                if (array != null) {
                    return array;
                }
            }
        }
        return take(elements);
    }

    private A allocate(int length) {
        try {
            return allocator.apply(length);
        } catch (OutOfMemoryError e) {
            trim();
            return allocator.apply(length);
        }
    }

    /** Returns an idle array of that length, or null. */
    private @Nullable A idle(int length) {
        if (length < LEAST_SOFT) {
            return small.get(sizeClass(length)).poll();
        }
        Deque<SoftReference<A>> references = large.get(sizeClass(length));
        for (SoftReference<A> reference = references.poll(); reference != null; reference = references.poll()) {
            A array = reference.get();
            if (array != null) {
                return array;
            }
            allocatedBytes -= bytes(length);
        }
        return null;
    }

    /** Takes back an array of that length that {@link #take} returned. */
    public synchronized void give(A array, int length) {
        if (length < LEAST_SOFT) {
            small.get(sizeClass(length)).push(array);
        } else {
            large.get(sizeClass(length)).push(new SoftReference<>(array));
        }
    }

    /** Notes that an array of that length from {@link #take} is garbage and will not come back. */
    public synchronized void forget(int length) {
        allocatedBytes -= bytes(length);
    }

    /** Leaves all idle arrays to the garbage collector. */
    public synchronized void trim() {
        for (int length = 64; length > 0; length = nextLength(length)) {
            int arrays = small.get(sizeClass(length)).size()
                    + large.get(sizeClass(length)).size();
            allocatedBytes -= arrays * bytes(length);
            small.get(sizeClass(length)).clear();
            large.get(sizeClass(length)).clear();
        }
    }

    /** Returns the bytes of all arrays, both those in use and the idle ones. */
    public synchronized long allocatedBytes() {
        for (int length = 64; length > 0; length = nextLength(length)) {
            Deque<SoftReference<A>> references = large.get(sizeClass(length));
            int before = references.size();
            references.removeIf(reference -> reference.refersTo(null));
            allocatedBytes -= (before - references.size()) * bytes(length);
        }
        return allocatedBytes;
    }

    private long bytes(int length) {
        return (long) elementBytes * length;
    }

    /**
     * Returns {@code elements} if an array can have that many.
     *
     * @throws ShapeException if not; a negative number counts as one that was too large for an int
     */
    public static int requireArray(int elements) {
        if (elements < 0 || elements > MOST_ELEMENTS) {
            throw new ShapeException("memory: " + Integer.toUnsignedLong(elements) + " elements are required, but a "
                    + "Java array has at most 2^31-9; use a smaller batch or smaller volumes");
        }
        return elements;
    }

    /**
     * Returns the error for a full heap, with a message that says what to do.
     *
     * @param bytes that were required
     * @param held a further clause about the memory in use, starting with a comma; may be empty
     */
    public static OutOfMemoryError outOfMemory(long bytes, String held, OutOfMemoryError cause) {
        OutOfMemoryError error = new OutOfMemoryError(String.format(
                Locale.ROOT,
                "%.1f MiB were required%s, and Java may "
                        + "use %.1f MiB in total; use a smaller batch or smaller volumes, or give Java more with -Xmx",
                bytes / 0x1p20,
                held,
                Runtime.getRuntime().maxMemory() / 0x1p20));
        error.initCause(cause);
        return error;
    }

    /** Returns the length of the next class; 0 after the last. */
    private static int nextLength(int length) {
        return length == MOST_ELEMENTS ? 0 : roundedUp(length + 1);
    }

    /** Rounds up to one of eight steps per power of two; at least 64 elements. */
    static int roundedUp(int elements) {
        if (elements <= 64) {
            return 64;
        }
        int step = Math.max(16, Integer.highestOneBit(elements - 1) / 8);
        long rounded = ((long) elements + step - 1) / step * step;
        return (int) Math.min(rounded, MOST_ELEMENTS);
    }

    /** Returns the index of a length that {@link #roundedUp} returned; each length has its own. */
    static int sizeClass(int length) {
        if (length <= 64) {
            return 0;
        }
        int top = Integer.numberOfTrailingZeros(Integer.highestOneBit(length - 1));
        return 1 + 8 * (top - 6) + (length - 1 - (1 << top)) / Math.max(1, (1 << top) / 8);
    }
}
