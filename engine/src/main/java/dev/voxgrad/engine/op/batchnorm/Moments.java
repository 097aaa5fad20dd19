package dev.voxgrad.engine.op.batchnorm;

/**
 * Holds the count, mean and sum of squared deviations of each channel, for a growing set of values.
 *
 * <p>Sets are joined by the rule of Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing
 * sample variances", 1979. Unlike Σx² − (Σx)²/n, it loses no digits if the mean is large compared to the deviation.
 */
final class Moments {
    private final double[] sums;
    private final int at;
    private final int channels;
    private long count;

    /**
     * Creates the moments of an empty set.
     *
     * @param sums stores the means of all channels from {@code at} on, followed by Σ(x − mean)²; must be zero there
     */
    Moments(double[] sums, int at, int channels) {
        this.sums = sums;
        this.at = at;
        this.channels = channels;
    }

    /** Returns the number of doubles that the moments of {@code channels} channels take. */
    static int size(int channels) {
        return 2 * channels;
    }

    long count() {
        return count;
    }

    double mean(int channel) {
        return sums[at + channel];
    }

    /** Returns Σ(x − mean)². */
    double squares(int channel) {
        return sums[at + channels + channel];
    }

    /** Joins another set to this one. */
    void add(Moments other) {
        if (other.count == 0) {
            return;
        }
        double ratio = (double) other.count / (count + other.count);
        for (int c = 0; c < channels; c++) {
            join(c, other.mean(c), other.squares(c), ratio);
        }
        count += other.count;
    }

    /**
     * Joins {@code n} values per channel, given by sums about a centre near their mean; those of channel c are at
     * {@code offset + c}.
     *
     * @param centre any value near the mean
     * @param sum Σ(x − centre), whose small remainder corrects the mean
     * @param squaresAbout Σ(x − centre)²
     */
    void add(int n, float[] centre, float[] sum, float[] squaresAbout, int offset) {
        double ratio = (double) n / (count + n);
        double perValue = 1.0 / n;
        for (int c = 0; c < channels; c++) {
            double remainder = sum[offset + c] * perValue;
            double own = squaresAbout[offset + c] - remainder * sum[offset + c];
            join(c, centre[offset + c] + remainder, own, ratio);
        }
        count += n;
    }

    /** Joins one value per channel. */
    void add(float[] values, int offset) {
        double ratio = 1.0 / (count + 1);
        for (int c = 0; c < channels; c++) {
            join(c, values[offset + c], 0, ratio);
        }
        count++;
    }

    /** Joins one channel of another set, whose share of the combined count is {@code ratio}. */
    private void join(int c, double otherMean, double otherSquares, double ratio) {
        double difference = otherMean - sums[at + c];
        sums[at + c] += difference * ratio;
        sums[at + channels + c] += otherSquares + difference * difference * count * ratio;
    }
}
