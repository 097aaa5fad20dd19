package dev.voxgrad.engine.op.batchnorm;

/**
 * Number, mean and sum of squared deviations of each channel, of a growing set of values.
 *
 * <p>Sets are joined by the rule of Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing
 * sample variances", 1979. Unlike Σx² − (Σx)²/n it loses nothing when the mean is large beside the deviation.
 */
final class Moments {
    private final double[] sums;
    private final int at;
    private final int channels;
    private long count;

    /**
     * Of no values yet.
     *
     * @param sums keeps the means of all channels from {@code at} on, and behind them Σ(x − mean)²; zero there
     */
    Moments(double[] sums, int at, int channels) {
        this.sums = sums;
        this.at = at;
        this.channels = channels;
    }

    /** Numbers that the moments of that many channels take. */
    static int size(int channels) {
        return 2 * channels;
    }

    long count() {
        return count;
    }

    double mean(int channel) {
        return sums[at + channel];
    }

    /** Σ(x − mean)². */
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
     * Joins {@code n} values per channel, given by sums about a centre near their mean; channel c's are at
     * {@code offset + c}.
     *
     * @param centre any number near the mean
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

    /** {@code ratio} is the joining set's share of the united count. */
    private void join(int c, double otherMean, double otherSquares, double ratio) {
        double difference = otherMean - sums[at + c];
        sums[at + c] += difference * ratio;
        sums[at + channels + c] += otherSquares + difference * difference * count * ratio;
    }
}
