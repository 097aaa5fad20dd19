package dev.voxgrad.medmnist.metrics;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

import dev.voxgrad.engine.random.RandomPurpose;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.data.VolumeData;

/**
 * Estimates how much AUC and accuracy would vary with other volumes of the same kind: both are computed on
 * {@link #RESAMPLES} samples of N volumes, drawn from the N volumes with replacement, and the middle 95 % of the
 * values is the interval. It does not tell how the nets would vary if they were trained again.
 *
 * <p>A sample without an AUC, because a class does not occur in it, is drawn again. Resample r comes
 * from the random stream (seed, 0, r, purpose), so the interval depends on the seed alone. Source: Efron and
 * Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13 (percentile intervals).
 *
 * @param auc interval of the AUC; empty if it is undefined, or a class is so rare that hardly any resample has it
 * @param accuracy interval of the accuracy, over the same samples as that of the AUC if there is one
 */
public record Bootstrap(Optional<Interval> auc, Interval accuracy) {
    public static final int RESAMPLES = 2000;
    private static final double LEVEL = 0.95;
    /** Number of draws of one resample before its AUC is given up. */
    private static final int MOST_DRAWS = 200;

    /** Represents the interval from {@code low} to {@code high}. */
    public record Interval(double low, double high) {
        /** Returns the interval as text: {@code 0.812 to 0.902}. */
        public String toText() {
            return String.format(Locale.ROOT, "%.3f to %.3f", low, high);
        }

        /** Returns the middle {@code level} of the values, with quantiles interpolated linearly between neighbours. */
        static Interval middle(double[] values, double level) {
            double[] sorted = values.clone();
            Arrays.sort(sorted);
            return new Interval(quantile(sorted, (1 - level) / 2), quantile(sorted, (1 + level) / 2));
        }

        private static double quantile(double[] sorted, double share) {
            double at = share * (sorted.length - 1);
            int below = (int) at;
            int above = Math.min(below + 1, sorted.length - 1);
            return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
        }
    }

    /**
     * Returns the intervals of a split's figures.
     *
     * @param scores probabilities, (N, classes)
     * @throws UndefinedMetricException if a class is so rare that hardly any resample has it
     */
    public static Bootstrap of(VolumeData data, Split split, double[][] scores, long seed) {
        return of(split.size(), seed, order -> Figures.of(metrics(data, split, scores, order)));
    }

    /** Returns the intervals of a split's figures, or of the accuracy alone. */
    public static Bootstrap whereDefined(VolumeData data, Split split, double[][] scores, long seed) {
        try {
            Metrics.requireDefined(data, split);
            return of(data, split, scores, seed);
        } catch (UndefinedMetricException e) {
            return ofAccuracy(split.size(), seed, order -> accuracy(data, split, scores, order));
        }
    }

    /**
     * Returns the intervals of the differences between the figures of two nets on the same volumes. They are paired:
     * each resample has the same volumes for both, so that what makes a resample easy or hard for both does not count.
     *
     * @param scores probabilities, (N, classes)
     * @param others probabilities that the figures are the difference from, (N, classes)
     */
    public static Bootstrap ofDifferences(
            VolumeData data, Split split, double[][] scores, double[][] others, long seed) {
        try {
            Metrics.requireDefined(data, split);
            return of(
                    split.size(),
                    seed,
                    order -> Figures.of(metrics(data, split, scores, order))
                            .minus(Figures.of(metrics(data, split, others, order))));
        } catch (UndefinedMetricException e) {
            return ofAccuracy(
                    split.size(),
                    seed,
                    order -> accuracy(data, split, scores, order) - accuracy(data, split, others, order));
        }
    }

    private static Metrics metrics(VolumeData data, Split split, double[][] scores, int[] order) {
        return split.isMultiLabel()
                ? Metrics.ofMultiLabel(data.labelNames(), pick(split.multiLabels(), order), pick(scores, order))
                : Metrics.of(data.task(), data.labelNames(), pick(split.labels(), order), pick(scores, order));
    }

    private static double accuracy(VolumeData data, Split split, double[][] scores, int[] order) {
        return split.isMultiLabel()
                ? Metrics.accuracy(pick(split.multiLabels(), order), pick(scores, order))
                : Metrics.accuracy(data.task(), pick(split.labels(), order), pick(scores, order));
    }

    private static Bootstrap ofAccuracy(int samples, long seed, ToDoubleFunction<int[]> figure) {
        double[] accuracy = new double[RESAMPLES];
        for (int r = 0; r < RESAMPLES; r++) {
            int[] order = draw(samples, new RandomStream(seed, 0, r, RandomPurpose.BOOTSTRAP));
            accuracy[r] = figure.applyAsDouble(order);
        }
        return new Bootstrap(Optional.empty(), Interval.middle(accuracy, LEVEL));
    }

    /** Returns the intervals for one class per sample, (N); otherwise as above. */
    static Bootstrap of(Task task, List<String> labelNames, int[] labels, double[][] scores, long seed) {
        return of(
                labels.length,
                seed,
                order -> Figures.of(Metrics.of(task, labelNames, pick(labels, order), pick(scores, order))));
    }

    private static int[] pick(int[] labels, int[] order) {
        return Arrays.stream(order).map(i -> labels[i]).toArray();
    }

    private static <T> T[] pick(T[] rows, int[] order) {
        T[] picked = Arrays.copyOf(rows, order.length);
        for (int i = 0; i < order.length; i++) {
            picked[i] = rows[order[i]];
        }
        return picked;
    }

    /** Holds the figures of one resample, or differences of them. */
    private record Figures(double auc, double accuracy) {
        static Figures of(Metrics metrics) {
            return new Figures(metrics.auc(), metrics.accuracy());
        }

        Figures minus(Figures other) {
            return new Figures(auc - other.auc, accuracy - other.accuracy);
        }
    }

    /** Computes the figures of the samples with these indices. */
    @FunctionalInterface
    private interface Resample {
        Figures of(int[] order);
    }

    private static Bootstrap of(int samples, long seed, Resample figures) {
        double[] auc = new double[RESAMPLES];
        double[] accuracy = new double[RESAMPLES];
        for (int r = 0; r < RESAMPLES; r++) {
            Figures drawn = resample(samples, new RandomStream(seed, 0, r, RandomPurpose.BOOTSTRAP), figures);
            auc[r] = drawn.auc();
            accuracy[r] = drawn.accuracy();
        }
        return new Bootstrap(Optional.of(Interval.middle(auc, LEVEL)), Interval.middle(accuracy, LEVEL));
    }

    private static int[] draw(int samples, RandomStream random) {
        int[] order = new int[samples];
        Arrays.setAll(order, i -> random.nextInt(samples));
        return order;
    }

    private static Figures resample(int samples, RandomStream random, Resample figures) {
        for (int draw = 1; ; draw++) {
            int[] order = draw(samples, random);
            try {
                return figures.of(order);
            } catch (UndefinedMetricException e) {
                if (draw == MOST_DRAWS) {
                    throw new UndefinedMetricException("no bootstrap interval: in each of " + MOST_DRAWS
                            + " resamples of " + samples + " volumes a class was missing. " + e.getMessage());
                }
            }
        }
    }
}
