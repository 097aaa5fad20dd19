package dev.voxgrad.medmnist.cli.options;

import java.time.Duration;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The option for the time between two checkpoints. It does not affect the results. */
public final class CheckpointOption {
    /** The default: how much of the work of an interrupted member is lost at most. */
    public static final Duration DEFAULT = Duration.ofMinutes(10);

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--checkpoint-minutes",
            paramLabel = "M",
            defaultValue = "10",
            description = "Longest time between two checkpoints; every epoch ends with a checkpoint in any case. "
                    + "Default: ${DEFAULT-VALUE}")
    private double minutes;

    /**
     * Returns the longest time between two checkpoints.
     *
     * @throws ParameterException if the option is not a number above 0 and at most a million
     */
    public Duration longest() {
        if (!(minutes > 0 && minutes <= 1e6)) {
            throw new ParameterException(
                    command.commandLine(),
                    "--checkpoint-minutes is " + minutes + "; expected a number above 0 and at most a million");
        }
        return Duration.ofNanos((long) (minutes * 60e9));
    }
}
