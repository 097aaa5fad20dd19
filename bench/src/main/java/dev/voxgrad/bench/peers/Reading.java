package dev.voxgrad.bench.peers;

/**
 * What one process measured of one engine and one case.
 *
 * @param version of the engine
 * @param trainMs milliseconds of each timed training step
 * @param inferMs milliseconds of each timed inference
 * @param trainPeakRssMb peak resident memory of the process once it has inferred and then trained, in MiB
 * @param inferPeakRssMb peak resident memory of the process when it has only inferred yet, in MiB
 * @param firstLoss before the first step, warm-up included
 * @param lastLoss before the last step
 */
record Reading(String version, double[] trainMs, double[] inferMs, long trainPeakRssMb, long inferPeakRssMb,
        double firstLoss, double lastLoss) {
    /** Milliseconds. */
    double median(Phase phase) {
        return Spread.of(phase == Phase.TRAIN ? trainMs : inferMs).median();
    }

    /** MiB at the end of the phase. */
    long peakRssMb(Phase phase) {
        return phase == Phase.TRAIN ? trainPeakRssMb : inferPeakRssMb;
    }
}
