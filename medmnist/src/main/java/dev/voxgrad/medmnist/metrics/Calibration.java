package dev.voxgrad.medmnist.metrics;

import java.util.ArrayList;
import java.util.List;

/**
 * Measures whether a net that is 80 % sure is right in 80 % of the cases: sorts samples by confidence into bins of
 * equal width, where bin b of B covers confidences in (b/B, (b+1)/B].
 *
 * <pre>
 * ECE = Σ over bins  samples in bin / N · |accuracy of bin − mean confidence of bin|
 * </pre>
 *
 * <p>Sources: Naeini, Cooper and Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning", AAAI
 * 2015; 15 bins as in Guo et al., "On calibration of modern neural networks", ICML 2017.
 *
 * @param bins B bins, from low to high confidence
 */
public record Calibration(List<Bin> bins) {
    /** Number of bins. */
    public static final int BINS = 15;

    public Calibration {
        bins = List.copyOf(bins);
    }

    /**
     * Describes the samples of similar confidence.
     *
     * @param samples their number
     * @param confidence their mean confidence, NaN for an empty bin
     * @param accuracy share of correct answers among them, NaN for an empty bin
     */
    public record Bin(int samples, double confidence, double accuracy) {}

    /**
     * Sorts N answers into {@link #BINS} bins.
     *
     * @param confidence predicted probability of the answer, in [0, 1], (N)
     * @param right whether the answer is right, (N)
     */
    public static Calibration of(double[] confidence, boolean[] right) {
        if (confidence.length != right.length) {
            throw new IllegalArgumentException("calibration: " + confidence.length + " confidences but " + right.length
                    + " answers; expected one each");
        }
        int[] samples = new int[BINS];
        int[] hits = new int[BINS];
        double[] sums = new double[BINS];
        for (int i = 0; i < confidence.length; i++) {
            if (!(confidence[i] >= 0 && confidence[i] <= 1)) {
                throw new IllegalArgumentException(
                        "calibration: confidence " + i + " is " + confidence[i] + "; expected a probability");
            }
            int bin = Math.max(0, (int) Math.ceil(confidence[i] * BINS) - 1);
            samples[bin]++;
            hits[bin] += right[i] ? 1 : 0;
            sums[bin] += confidence[i];
        }
        List<Bin> bins = new ArrayList<>();
        for (int b = 0; b < BINS; b++) {
            bins.add(new Bin(samples[b], sums[b] / samples[b], (double) hits[b] / samples[b]));
        }
        return new Calibration(bins);
    }

    /** Returns the expected calibration error, in [0, 1]; NaN without samples. */
    public double expectedError() {
        double sum = 0;
        int all = 0;
        for (Bin bin : bins) {
            if (bin.samples() > 0) {
                sum += bin.samples() * Math.abs(bin.accuracy() - bin.confidence());
                all += bin.samples();
            }
        }
        return sum / all;
    }
}
