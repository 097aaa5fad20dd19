package dev.voxgrad.bench.peers;

import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * Holds what one process measured of one engine on one case.
 *
 * @param version the engine's version
 * @param train the cost of training; its peak memory is that of a process that has inferred and then trained; null for
 *     an engine that only infers
 * @param infer the cost of inference; its peak memory is that of a process that has only inferred so far
 * @param firstLoss the loss before the first step, including warm-up; null without training
 * @param lastLoss the loss before the last step; null without training
 * @param environment the variables given to the process to tune its libraries
 * @param cleared the caller's variables that the process did not inherit, because they would tune its libraries
 */
record Reading(
        String version,
        @Nullable Measured train,
        Measured infer,
        @Nullable Double firstLoss,
        @Nullable Double lastLoss,
        Map<String, String> environment,
        List<String> cleared) {
    /**
     * Holds the cost of one phase.
     *
     * @param ms milliseconds of each timed step
     * @param peakRssMb peak resident memory of the process at the end of the phase, in MiB
     * @param usage CPU time and page faults per timed step
     * @param settings the engine's settings in words
     */
    record Measured(double[] ms, long peakRssMb, Usage usage, String settings) {}

    /** Returns the cost of a phase. */
    Measured of(Phase phase) {
        return phase == Phase.TRAIN ? Objects.requireNonNull(train, "no training") : infer;
    }

    /** Returns the median of the timed steps, in milliseconds. */
    double median(Phase phase) {
        return Spread.of(of(phase).ms()).median();
    }

    /** Returns the same reading with the environment in which it was taken. */
    Reading in(EngineEnvironment surroundings) {
        return new Reading(
                version, train, infer, firstLoss, lastLoss, surroundings.variables(), surroundings.cleared());
    }
}
