package dev.voxgrad.medmnist.search.analysis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

import dev.voxgrad.engine.random.RandomPurpose;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.medmnist.search.space.Dimension;
import dev.voxgrad.medmnist.search.space.Space;

/**
 * Estimates how much one dimension of a space matters by itself: the share of the variance of a figure that the
 * dimension's values explain. This is the main effect of functional analysis of variance (Hutter, Hoos and
 * Leyton-Brown, "An Efficient Approach for Assessing Hyperparameter Importance", ICML 2014), but estimated from groups
 * of trials instead of a forest.
 *
 * <p>Trials are grouped by the dimension's value, or by quarters of the trials if it has more than {@value Groups#QUARTERS}
 * numbers as values; trials without a value form a group of their own. With n trials in k groups, and the sums of
 * squares around the means of the groups, W, and around the mean of all, T, the share is ε² = 1 − (n − 1)/(n − k)·W/T
 * (Kelley, 1935), and 0 where that is negative: unlike 1 − W/T, it does not grow with the number of groups.
 *
 * <p>Effects of two dimensions together are not seen. Where a search prefers some configurations, dimensions are no
 * longer independent, and one may have the credit for another.
 *
 * @param dimension its name
 * @param groups number of groups, k
 * @param share ε², from 0 to 1; 0 if there are fewer than two groups or all figures are equal
 * @param chance share of {@value #SHUFFLES} random assignments of the figures to the trials that give at least this
 *     share: if it is not small, the dimension may not matter at all
 */
public record Importance(String dimension, int groups, double share, double chance) {
    /** The fewest trials from which anything can be estimated. */
    public static final int FEWEST = 8;

    private static final int SHUFFLES = 999;

    /** Returns the importance of each dimension with several values, the largest first; none for few observations. */
    public static List<Importance> of(Space space, List<Observation> observations) {
        if (observations.size() < FEWEST) {
            return List.of();
        }
        double[] values = observations.stream().mapToDouble(Observation::value).toArray();
        List<Importance> all = new ArrayList<>();
        for (int i = 0; i < space.dimensions().size(); i++) {
            Dimension dimension = space.dimensions().get(i);
            if (dimension.domain().size() > 1) {
                int[] groups = Groups.of(dimension, observations);
                all.add(of(dimension.name(), groups, values, new RandomStream(0, 0, i, RandomPurpose.ANY)));
            }
        }
        all.sort(Comparator.comparingDouble(Importance::share).reversed());
        return all;
    }

    private static Importance of(String name, int[] groups, double[] values, RandomStream random) {
        int count = Arrays.stream(groups).max().orElse(0) + 1;
        double within = within(groups, values, count);
        double total = within(new int[values.length], values, 1);
        int n = values.length;
        // The mean of equal numbers may differ from them by rounding.
        boolean allEqual = Arrays.stream(values).distinct().count() == 1;
        if (count < 2 || count >= n || allEqual) {
            return new Importance(name, count, 0, 1);
        }
        int asGood = 1;
        double[] shuffled = new double[n];
        for (int i = 0; i < SHUFFLES; i++) {
            int[] order = random.permutation(n);
            Arrays.setAll(shuffled, at -> values[order[at]]);
            // Sums in another order differ by rounding.
            asGood += within(groups, shuffled, count) <= within * (1 + 1e-9) ? 1 : 0;
        }
        double share = 1 - (n - 1.0) / (n - count) * within / total;
        return new Importance(name, count, Math.max(0, share), asGood / (SHUFFLES + 1.0));
    }

    /** Returns the sum of squared differences from the mean of each group. */
    private static double within(int[] groups, double[] values, int count) {
        double[] sums = new double[count];
        int[] sizes = new int[count];
        for (int i = 0; i < values.length; i++) {
            sums[groups[i]] += values[i];
            sizes[groups[i]]++;
        }
        double squares = 0;
        for (int i = 0; i < values.length; i++) {
            double difference = values[i] - sums[groups[i]] / sizes[groups[i]];
            squares += difference * difference;
        }
        return squares;
    }
}
