package dev.voxgrad.nativecheck.report;

/** What depends on the thing that a check looks at; with the status it decides the {@link Verdict}. */
public enum Impact {
    /** At most the speed of training: no finding about it changes what the trainer uses. */
    NONE,
    /** Training at all: a failure keeps the trainer from running. */
    TRAINER,
    /** Having a GPU: a warning says that there is none to use, a failure that there is one which does not start. */
    GPU,
    /** Taking a GPU: a failure keeps the trainer on the CPU. */
    GPU_SOFTWARE,
    /** Taking the first GPU, which is the one that the trainer takes by itself. */
    FIRST_GPU,
    /** Taking a further GPU, which the trainer does only where {@code --device} names it. */
    OTHER_GPU,
    /** Launching the first kernel, which the trainer does after it has taken a GPU: a failure ends training there. */
    FIRST_KERNEL,
    /** Running on the first GPU: a trial of what the trainer would do there. */
    TRIAL,
    /** Unknown, because the check itself failed: the verdict is not certain. */
    UNKNOWN
}
