package dev.voxgrad.medmnist.baseline;

import dev.voxgrad.medmnist.baseline.selection.SelectionProgress;

/** Receives how far a baseline is; called by several threads. */
public interface BaselineProgress extends SelectionProgress {
    /** Receives that {@code done} of the {@code all} volumes of a split have these features. */
    void features(String set, String split, int done, int all);

    /** Receives that one of the chosen models is being fitted for the last time. */
    void refit(String model);
}
