package dev.voxgrad.medmnist.cli.options;

import java.util.Objects;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that try out a new run instead of starting it. They exclude each other, and keep no files. */
public final class TrialOptions {
    /** The largest number of steps or batches. */
    public static final int MOST = 1_000_000;

    private static final int OVERFIT_STEPS = 200;
    private static final int FAST_BATCHES = 2;

    @Option(
            names = "--overfit-one-batch",
            paramLabel = "STEPS",
            arity = "0..1",
            fallbackValue = "" + OVERFIT_STEPS,
            description = "Instead of a run, train each net on the first batch only, over and over, without "
                    + "augmentation, shuffling, schedule or average, until its loss is near zero, for up to STEPS "
                    + "steps (default: " + OVERFIT_STEPS + "). If a net cannot memorise one batch, something is "
                    + "wrong with the net, the data or the settings: exit code 1.")
    private @Nullable Integer overfitSteps;

    @Option(
            names = "--fast-dev-run",
            paramLabel = "N",
            arity = "0..1",
            fallbackValue = "" + FAST_BATCHES,
            description = "Instead of a run, train each net for N steps (default: " + FAST_BATCHES + ") and validate "
                    + "it on N batches, in a temporary folder that is removed, to check that everything works before "
                    + "days of training. Append it to the command that you want to try; --out is not created.")
    private @Nullable Integer fastBatches;

    /** Returns whether to train and validate on a few batches; otherwise to overfit one batch. */
    public boolean isFastDevRun() {
        return fastBatches != null;
    }

    /** Returns the name of the option that was given. */
    public String option() {
        return isFastDevRun() ? "--fast-dev-run" : "--overfit-one-batch";
    }

    /** Returns the option's value: the number of batches, or the largest number of steps. */
    public int count() {
        return Objects.requireNonNull(fastBatches != null ? fastBatches : overfitSteps);
    }
}
