package dev.voxgrad.bench.peers;

import java.util.Locale;

/**
 * Says how long to warm up and how often to measure. While an engine warms up, the JVM compiles, and allocators and
 * oneDNN fill their caches.
 *
 * @param warmUp the minimum number of warm-up steps
 * @param warmUpSeconds their minimum duration
 * @param timed the number of timed steps
 * @param longSeconds a phase (warming up or timing) that has taken so long may end after {@link #FEWEST} steps
 */
record Patience(int warmUp, double warmUpSeconds, int timed, double longSeconds) {
    /** The minimum number of steps of a phase, however long they take. */
    static final int FEWEST = 3;

    static final Patience USUAL = new Patience(5, 6, 7, 20);

    boolean warm(int steps, double seconds) {
        return steps >= warmUp && seconds >= warmUpSeconds || enough(steps, seconds);
    }

    boolean timed(int steps, double seconds) {
        return steps >= timed || enough(steps, seconds);
    }

    private boolean enough(int steps, double seconds) {
        return steps >= FEWEST && seconds >= longSeconds;
    }

    /** Describes it for reports. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "at least %d steps and %.0f seconds to warm up, then the median of %d; of steps that take "
                        + "seconds, as many as fit into %.0f seconds, but at least %d",
                warmUp,
                warmUpSeconds,
                timed,
                longSeconds,
                FEWEST);
    }
}
