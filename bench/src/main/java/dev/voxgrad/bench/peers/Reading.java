package dev.voxgrad.bench.peers;

import java.util.List;
import java.util.Map;

/**
 * What one process measured of one engine and one case.
 *
 * @param version of the engine
 * @param train what training took; its peak memory is that of a process that has inferred and then trained
 * @param infer what inference took; its peak memory is that of a process that has only inferred so far
 * @param firstLoss before the first step, warm-up included
 * @param lastLoss before the last step
 * @param environment the variables that the process was given to tune its libraries
 * @param cleared the variables of the caller that the process didn't get, since they would tune its libraries
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
     * What one phase took.
     *
     * @param ms milliseconds of each timed step
     * @param peakRssMb peak resident memory of the process at the end of the phase, in MiB
     * @param usage CPU time and page faults per timed step
     * @param settings how the engine was set, in words
     */
    record Measured(double[] ms, long peakRssMb, Usage usage, String settings) {}

    /** Returns what that phase took. */
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
