package dev.voxgrad.medmnist.metrics;

import java.util.Arrays;

/**
 * Computes the area under the receiver operating characteristic: the probability that a random positive scores higher
 * than a random negative, where equal scores count half.
 *
 * <p>By ranks, in O(n log n): with positives' rank sum R (ranks from 1, ties share their mean rank),
 * {@code AUC = (R − p(p+1)/2) / (p·q)} for p positives and q negatives (Mann and Whitney, 1947).
 */
final class RocAuc {
    private RocAuc() {}

    /**
     * Returns the area for n samples.
     *
     * @param positive whether each sample is positive, (n)
     * @param scores finite scores, (n); they are not changed
     * @return in [0, 1]; NaN if there are no positives or no negatives
     */
    static double of(boolean[] positive, double[] scores) {
        double[] sorted = scores.clone();
        for (int i = 0; i < sorted.length; i++) {
            sorted[i] += 0.0; // turns −0 into 0; Arrays.sort would order −0 before 0
        }
        Arrays.sort(sorted);
        double[] sortedPositives = new double[scores.length];
        int positives = 0;
        for (int i = 0; i < scores.length; i++) {
            if (positive[i]) {
                sortedPositives[positives++] = scores[i] + 0.0;
            }
        }
        Arrays.sort(sortedPositives, 0, positives);
        double rankSum = 0;
        int end = 0;
        double meanRank = 0;
        for (int p = 0; p < positives; p++) {
            if (p == 0 || sortedPositives[p] != sortedPositives[p - 1]) {
                int start = end;
                while (sorted[start] < sortedPositives[p]) {
                    start++;
                }
                end = start;
                while (end < sorted.length && sorted[end] == sortedPositives[p]) {
                    end++;
                }
                meanRank = (start + 1 + end) / 2.0;
            }
            rankSum += meanRank;
        }
        double p = positives;
        double negatives = scores.length - p;
        return (rankSum - p * (p + 1) / 2) / (p * negatives);
    }
}
