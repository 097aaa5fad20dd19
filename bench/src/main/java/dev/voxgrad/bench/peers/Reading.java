package dev.voxgrad.bench.peers;

import java.util.List;
import java.util.Map;

/**
 * Holds what one process measured of one engine on one case.
 *
 * @param version the engine's version
 * @param train the cost of training; its peak memory is that of a process that has inferred and then trained
 * @param infer the cost of inference; its peak memory is that of a process that has only inferred so far
 * @param firstLoss the loss before the first step, including warm-up
 * @param lastLoss the loss before the last step
 * @param environment the variables given to the process to tune its libraries
 * @param cleared the caller's variables that the process did not inherit, because they would tune its libraries
 */
record Reading(
        String version,
        Measured train,
        Measured infer,
        double firstLoss,
        double lastLoss,
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
        return phase == Phase.TRAIN ? train : infer;
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
