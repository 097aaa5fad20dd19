package dev.voxgrad.bench;

import java.util.function.LongSupplier;

/**
 * Keeps what a GPU still has to do short while calls are measured. A call returns when its work is queued, so a clock
 * that stops after many calls leaves out what is queued by then. Here the host waits for the GPU after every few calls,
 * as many as take it {@link #SHORTEST} to {@link #LONGEST} nanoseconds, or after each call that takes longer: of a
 * measured second no more than {@link #LONGEST} is left out, and the GPU idles about once a millisecond.
 */
final class BoundedQueue {
    static final long SHORTEST = 1_000_000;
    static final long LONGEST = 2_000_000;
    /** Calls that take no time are not let pile up without end. */
    static final int MOST_CALLS = 256;

    private final Runnable waitForAll;
    private final LongSupplier nanoseconds;
    private int calls = 1;
    private int queued;
    private long begin;

    /**
     * An empty queue.
     *
     * @param waitForAll returns when the GPU has done everything
     * @param nanoseconds the clock
     */
    BoundedQueue(Runnable waitForAll, LongSupplier nanoseconds) {
        this.waitForAll = waitForAll;
        this.nanoseconds = nanoseconds;
    }

    /** To be called behind each call's work. */
    void add() {
        if (++queued < calls) {
            return;
        }
        long start = begin;
        drain();
        if (begin - start < SHORTEST) {
            calls = Math.min(2 * calls, MOST_CALLS);
        } else if (begin - start > LONGEST) {
            calls = Math.max(calls / 2, 1);
        }
    }

    /** Waits for the GPU: also before the clock starts. */
    void drain() {
        waitForAll.run();
        queued = 0;
        begin = nanoseconds.getAsLong();
    }
}
