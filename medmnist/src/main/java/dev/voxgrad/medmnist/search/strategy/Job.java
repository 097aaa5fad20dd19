package dev.voxgrad.medmnist.search.strategy;

import dev.voxgrad.medmnist.search.space.Configuration;

/** What a worker does next. */
public sealed interface Job {
    /**
     * Starts a new trial, and trains it to rung 0.
     *
     * @param job number of the job, which becomes the first of {@link TrialState#jobs}
     * @param trial number of the trial
     * @param origin where the configuration comes from, for people: {@code random}, {@code TPE after 14 results}
     */
    record Start(int job, int trial, Configuration configuration, String origin) implements Job {}

    /**
     * Trains a trial from the rung that it waits at to the next one.
     *
     * @param job number of the job, to be added to {@link TrialState#jobs}
     * @param rung to reach
     */
    record Promote(int job, int trial, int rung) implements Job {}

    /**
     * Trains an interrupted trial to the rung that it was sent to.
     *
     * @param rung to reach
     */
    record Resume(int trial, int rung) implements Job {}

    /** Waits, since the decision depends on a trial that another process trains now. */
    record Wait(int trial) implements Job {}

    /**
     * Ends the work.
     *
     * @param reason as the end of a sentence: {@code the budget of 60 epochs is used}
     */
    record Finished(String reason) implements Job {}
}
