package dev.voxgrad.medmnist.cli.ui;

/**
 * Estimates the time left from the work that is planned and done, in any unit, such as FLOPs. Work that was done before
 * the estimate started must not be planned, as it takes no time now.
 */
public final class TimeLeft {
    private final long start = System.nanoTime();
    private double planned;
    private double done;

    /** Adds work to do; negative work is not to be done after all. */
    public synchronized void plan(double work) {
        planned += work;
    }

    synchronized void done(double work) {
        done += work;
    }

    /** Returns the work done so far. */
    synchronized double done() {
        return done;
    }

    /** Returns whether all planned work is done. */
    synchronized boolean isOver() {
        // Sums of the same numbers in another order differ in the last digits.
        return done >= planned * (1 - 1e-9);
    }

    /** Returns the seconds since the start. */
    double seconds() {
        return (System.nanoTime() - start) / 1e9;
    }

    /** Returns the seconds left, if {@code unfinished} is done in addition to the work that is recorded as done. */
    synchronized double secondsLeft(double unfinished) {
        double work = done + unfinished;
        return Math.max(0, planned - work) * seconds() / work;
    }
}
