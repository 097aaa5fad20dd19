package dev.voxgrad.bench;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests the queue with a fake GPU that advances a clock by the time of its queued work when it is waited for. */
class BoundedQueueTest {
    private long now;
    private long queued;
    private int waits;

    /** Returns the longest time of the work that was left in the queue after a call. */
    private long longestLeftBy(long nanosecondsPerCall) {
        BoundedQueue queue = new BoundedQueue(
                () -> {
                    now += queued;
                    queued = 0;
                    waits++;
                },
                () -> now);
        long longest = 0;
        for (int call = 0; call < 2000; call++) {
            queued += nanosecondsPerCall;
            queue.add();
            longest = Math.max(longest, queued);
        }
        queue.drain();
        assertThat(queued).isZero();
        assertThat(now).isEqualTo(2000 * nanosecondsPerCall);
        return longest;
    }

    @Test
    void waitsForEachLongCall() {
        assertThat(longestLeftBy(3_000_000)).isZero();
        assertThat(waits).isEqualTo(2001);
    }

    @Test
    void waitsForShortCallsTogether() {
        assertThat(longestLeftBy(50_000)).isBetween(BoundedQueue.SHORTEST / 2, BoundedQueue.LONGEST);
        assertThat(waits).isBetween(2000 / 40, 2000 / 20);
    }

    @Test
    void limitsCallsThatTakeNoTime() {
        assertThat(longestLeftBy(1)).isEqualTo(BoundedQueue.MAX_CALLS - 1);
    }
}
