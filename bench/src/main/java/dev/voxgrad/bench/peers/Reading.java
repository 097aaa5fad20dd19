package dev.voxgrad.bench.peers;

/**
 * What one process measured of one engine and one case.
 *
 * @param version of the engine
 * @param trainMs milliseconds of each timed training step
 * @param inferMs milliseconds of each timed inference
 * @param peakRssMb peak resident memory of the process once it has trained, in MiB
 * @param firstLoss before the first step, warm-up included
 * @param lastLoss before the last step
 */
record Reading(String version, double[] trainMs, double[] inferMs, long peakRssMb, double firstLoss, double lastLoss) {
    double median(Phase phase) {
        return Spread.of(phase == Phase.TRAIN ? trainMs : inferMs).median();
    }
}
