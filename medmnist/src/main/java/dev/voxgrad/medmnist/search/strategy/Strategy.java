package dev.voxgrad.medmnist.search.strategy;

import java.util.List;

/** Decides what a search does next. The decision depends on nothing but the trials. */
@FunctionalInterface
public interface Strategy {
    /**
     * Returns the next job.
     *
     * @param trials all trials of the search so far; the i-th has number i
     */
    Job next(List<TrialState> trials);
}
