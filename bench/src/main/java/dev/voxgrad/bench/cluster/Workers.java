package dev.voxgrad.bench.cluster;

/**
 * Describes the workers of a simulated cluster, each of which trains one member at a time. Times are in seconds.
 *
 * @param count number of workers
 * @param slowShare share of the workers, from 0 to 1, that are slow; which ones is left to chance
 * @param slowSpeed their speed; that of the others is 1
 * @param betweenLosses mean time until a worker is lost, drawn from an exponential distribution; infinite for never
 * @param untilReplaced time until another worker takes the place of one that was lost
 * @param betweenCheckpoints training time after which a member's progress is safe
 * @param overhead time until a worker that has taken a member starts to train it
 */
record Workers(
        int count,
        double slowShare,
        double slowSpeed,
        double betweenLosses,
        double untilReplaced,
        double betweenCheckpoints,
        double overhead) {
    /** Returns workers of the same speed that are never lost. */
    static Workers ideal(int count, double overhead) {
        return new Workers(count, 0, 1, Double.POSITIVE_INFINITY, 0, 1, overhead);
    }

    /** Returns the same workers, some of them slow. */
    Workers withSlow(double share, double speed) {
        return new Workers(count, share, speed, betweenLosses, untilReplaced, betweenCheckpoints, overhead);
    }

    /** Returns the same workers, which can be lost. */
    Workers withLosses(double meanTime, double replacement, double checkpoints) {
        return new Workers(count, slowShare, slowSpeed, meanTime, replacement, checkpoints, overhead);
    }
}
