package dev.voxgrad.bench;

import java.util.function.LongSupplier;

/**
 * Keeps a GPU's queue of work short while calls are measured. A call returns when its work is queued, so a clock that
 * stops after many calls misses the work that is still queued. Here the host waits for the GPU after every few calls,
 * which take it {@link #SHORTEST} to {@link #LONGEST} nanoseconds together, or after each call that takes longer. In
 * this way, no more than {@link #LONGEST} of a measured second is missed, and the GPU idles about once a millisecond.
 */
final class BoundedQueue {
    static final long SHORTEST = 1_000_000;
    static final long LONGEST = 2_000_000;
    /** Limits how many calls pile up that take no time. */
    static final int MAX_CALLS = 256;

    private final Runnable waitForAll;
    private final LongSupplier nanoseconds;
    private int calls = 1;
    private int queued;
    private long start;

    /**
     * Creates an empty queue.
     *
     * @param waitForAll returns when the GPU has finished everything
     * @param nanoseconds the clock
     */
    BoundedQueue(Runnable waitForAll, LongSupplier nanoseconds) {
        this.waitForAll = waitForAll;
        this.nanoseconds = nanoseconds;
    }

    /** Counts a measured call, whose work must be queued by now. */
    void add() {
        if (++queued < calls) {
            return;
        }
        long previous = start;
        drain();
        if (start - previous < SHORTEST) {
            calls = Math.min(2 * calls, MAX_CALLS);
        } else if (start - previous > LONGEST) {
            calls = Math.max(calls / 2, 1);
        }
    }

    /** Waits for the GPU; must also be called before the clock starts. */
    void drain() {
        waitForAll.run();
        queued = 0;
        start = nanoseconds.getAsLong();
    }
}
