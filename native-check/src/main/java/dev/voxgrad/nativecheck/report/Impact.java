package dev.voxgrad.nativecheck.report;

/**
 * Classifies what depends on the thing that a check examines; together with the status it decides the {@link Verdict}.
 */
public enum Impact {
    /** Nothing, or the speed of training: no such finding changes which device the trainer uses. */
    NONE,
    /** Training itself: a failure prevents the trainer from running. */
    TRAINER,
    /**
     * The presence of a GPU: a warning means that there is none to use, a failure that there is one but it does not
     * start.
     */
    GPU,
    /** Opening a GPU: a failure keeps the trainer on the CPU. */
    GPU_SOFTWARE,
    /** Opening the first GPU, which is the trainer's default. */
    FIRST_GPU,
    /** Opening a further GPU, which the trainer does only if {@code --device} names it. */
    OTHER_GPU,
    /** Launching the first kernel, which happens after the trainer has opened a GPU: a failure ends training there. */
    FIRST_KERNEL,
    /** Computing on the first GPU: a trial of what the trainer would do there. */
    TRIAL,
    /** Unknown because the check itself failed: the verdict is uncertain. */
    UNKNOWN
}
