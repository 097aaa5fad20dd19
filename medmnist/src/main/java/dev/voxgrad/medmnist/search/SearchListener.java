package dev.voxgrad.medmnist.search;

import dev.voxgrad.medmnist.train.TrainListener;

/**
 * Receives the progress of a worker. What is reported of a member is that of the trial whose job started last. All
 * methods are called on the worker's thread.
 */
public interface SearchListener extends TrainListener {
    /**
     * Reports that the worker starts to train a trial to a rung.
     *
     * @param trial as it was before
     * @param epochs of the rung
     * @param spent by all trials so far
     */
    void jobStarts(Trial trial, int epochs, Spent spent);

    /** Reports that a trial has reached the rung that it was sent to, and the leaderboard with it. */
    void rungReached(int trial, RungResult result, Leaderboard leaderboard);

    /** Reports that the worker waits, since its next job depends on a trial that another process trains. */
    void waits(int trial);
}
