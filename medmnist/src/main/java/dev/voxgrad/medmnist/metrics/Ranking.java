package dev.voxgrad.medmnist.metrics;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Counts the samples that are called positive as the threshold falls: one entry per distinct score, from the highest
 * down, for the samples with that score or a higher one. Equal scores enter together.
 *
 * @param truePositives cumulative, (T)
 * @param falsePositives cumulative, (T)
 */
record Ranking(int[] truePositives, int[] falsePositives) {
    /**
     * Ranks n samples.
     *
     * @param positive whether each sample is positive, (n)
     * @param scores finite scores, (n)
     */
    static Ranking of(boolean[] positive, double[] scores) {
        if (positive.length != scores.length) {
            throw new IllegalArgumentException(
                    "ranking: " + positive.length + " labels but " + scores.length + " scores; expected one each");
        }
        int[] order = IntStream.range(0, scores.length)
                .boxed()
                .sorted((a, b) -> Double.compare(scores[b] + 0.0, scores[a] + 0.0))
                .mapToInt(i -> i)
                .toArray();
        int[] hits = new int[scores.length];
        int[] alarms = new int[scores.length];
        int distinct = 0;
        for (int i = 0; i < order.length; i++) {
            if (i > 0 && scores[order[i]] != scores[order[i - 1]]) {
                hits[distinct + 1] = hits[distinct];
                alarms[distinct + 1] = alarms[distinct];
                distinct++;
            }
            hits[distinct] += positive[order[i]] ? 1 : 0;
            alarms[distinct] += positive[order[i]] ? 0 : 1;
        }
        int length = order.length == 0 ? 0 : distinct + 1;
        return new Ranking(Arrays.copyOf(hits, length), Arrays.copyOf(alarms, length));
    }

    /** Returns the number of distinct scores, T. */
    int size() {
        return truePositives.length;
    }

    int positives() {
        return size() == 0 ? 0 : truePositives[size() - 1];
    }

    int negatives() {
        return size() == 0 ? 0 : falsePositives[size() - 1];
    }
}
