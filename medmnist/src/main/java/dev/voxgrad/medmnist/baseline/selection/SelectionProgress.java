package dev.voxgrad.medmnist.baseline.selection;

/** Receives how far a selection is; called by several threads. */
public interface SelectionProgress {
    /** Receives the number of fits that are to be done. */
    void plan(int fits);

    /** Receives that one more fit is done or left out. */
    void done(Candidate candidate);
}
