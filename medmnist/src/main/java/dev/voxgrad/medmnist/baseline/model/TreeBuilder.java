package dev.voxgrad.medmnist.baseline.model;

import java.util.Arrays;
import java.util.stream.IntStream;

import dev.voxgrad.engine.random.RandomStream;

/**
 * Builds trees on binned features, for forests and for boosting alike. Each row has targets t, (M), and a weight h. For
 * a set of rows, T[m] is the sum of t[m] and H the sum of h. A split is the better, the more it raises
 *
 * <pre>
 * score = Σ over m of T[m]² / (H + λ),      gain = score(left) + score(right) − score(both)
 * value = (T[m] + λ·prior[m]) / (H + λ)     of a leaf
 * </pre>
 *
 * <p>With one-hot classes as targets, h = 1 and λ = 0, the gain is the decrease of Gini's impurity, times the number of
 * rows, and a leaf's values are the shares of its classes (Breiman et al., "Classification and Regression Trees",
 * 1984). With negative gradients as targets and second derivatives as h, it is the gain of a Newton step (Chen and
 * Guestrin, "XGBoost: A Scalable Tree Boosting System", KDD 2016).
 *
 * <p>The sums of each bin are collected in one pass over the rows of a node; then the edges between bins are compared.
 */
final class TreeBuilder {
    /** Gains below this, relative to the score, are rounding errors. */
    private static final double ROUNDING = 1e-12;

    private final BinnedFeatures x;
    private final double[][] targets;
    private final double[] weights;
    private final double[] prior;
    private final TreeSettings settings;
    private final RandomStream random;
    private final int outputs;

    private final int[] order;
    private final Nodes nodes = new Nodes();
    /** By bin: M sums of targets, the sum of weights, and the number of rows. */
    private final double[] sums;

    /** Grows the arrays of a tree. */
    private static final class Nodes {
        private int count;
        private int[] features = new int[16];
        private double[] thresholds = new double[16];
        private int[] left = new int[16];
        private double[][] values = new double[16][];

        int add() {
            if (count == features.length) {
                features = Arrays.copyOf(features, 2 * count);
                thresholds = Arrays.copyOf(thresholds, 2 * count);
                left = Arrays.copyOf(left, 2 * count);
                values = Arrays.copyOf(values, 2 * count);
            }
            features[count] = -1;
            return count++;
        }

        Tree tree() {
            return new Tree(
                    Arrays.copyOf(features, count),
                    Arrays.copyOf(thresholds, count),
                    Arrays.copyOf(left, count),
                    Arrays.copyOf(values, count));
        }
    }

    /** Represents the best split that was found so far: rows up to a bin go to the left. */
    private static final class Split {
        private int feature = -1;
        private int bin;
        private double gain;
    }

    /**
     * Prepares for one tree.
     *
     * @param targets t of each row, (N, M)
     * @param weights h of each row, (N)
     * @param prior of a leaf's values, (M)
     */
    TreeBuilder(
            BinnedFeatures x,
            double[][] targets,
            double[] weights,
            double[] prior,
            TreeSettings settings,
            RandomStream random) {
        this.x = x;
        this.targets = targets;
        this.weights = weights;
        this.prior = prior;
        this.settings = settings;
        this.random = random;
        this.outputs = prior.length;
        this.order = IntStream.range(0, x.features()).toArray();
        this.sums = new double[BinnedFeatures.MOST_BINS * (outputs + 2)];
    }

    /**
     * Builds the tree.
     *
     * @param rows numbers of the rows to fit to; a number that occurs several times counts as often
     */
    Tree build(int[] rows) {
        grow(nodes.add(), rows.clone(), 0, rows.length, 0);
        return nodes.tree();
    }

    private void grow(int node, int[] rows, int from, int to, int depth) {
        double[] all = new double[outputs + 2];
        for (int i = from; i < to; i++) {
            add(all, 0, rows[i]);
        }
        nodes.values[node] = value(all);
        if (depth == settings.mostDepth() || to - from < 2 * settings.leastRows()) {
            return;
        }
        Split split = search(rows, from, to, all);
        if (split.feature < 0) {
            return;
        }
        int middle = partition(rows, from, to, split);
        int left = nodes.add();
        int right = nodes.add();
        nodes.features[node] = split.feature;
        nodes.thresholds[node] = x.edges()[split.feature][split.bin];
        nodes.left[node] = left;
        grow(left, rows, from, middle, depth + 1);
        grow(right, rows, middle, to, depth + 1);
    }

    private void add(double[] to, int at, int row) {
        double[] target = targets[row];
        for (int m = 0; m < outputs; m++) {
            to[at + m] += target[m];
        }
        to[at + outputs] += weights[row];
        to[at + outputs + 1]++;
    }

    private double[] value(double[] all) {
        double[] value = new double[outputs];
        for (int m = 0; m < outputs; m++) {
            value[m] = (all[m] + settings.leafPenalty() * prior[m]) / (all[outputs] + settings.leafPenalty());
        }
        return value;
    }

    private double score(double[] of) {
        double squares = 0;
        for (int m = 0; m < outputs; m++) {
            squares += of[m] * of[m];
        }
        return squares / (of[outputs] + settings.splitPenalty());
    }

    /** Returns the best split over features in random order, until enough of them were not constant. */
    private Split search(int[] rows, int from, int to, double[] all) {
        Split best = new Split();
        double score = score(all);
        best.gain = ROUNDING * score;
        int tried = 0;
        for (int drawn = 0; drawn < order.length && tried < settings.features(); drawn++) {
            int other = settings.features() < order.length ? drawn + random.nextInt(order.length - drawn) : drawn;
            int feature = order[other];
            order[other] = order[drawn];
            order[drawn] = feature;
            tried += search(feature, rows, from, to, all, score, best) ? 1 : 0;
        }
        return best;
    }

    /** Searches the edges of one feature; returns whether it has more than one value. */
    private boolean search(int feature, int[] rows, int from, int to, double[] all, double score, Split best) {
        int width = outputs + 2;
        int bins = x.edges()[feature].length + 1;
        if (bins == 1) {
            return false;
        }
        Arrays.fill(sums, 0, bins * width, 0);
        int first = bins;
        int last = 0;
        for (int i = from; i < to; i++) {
            int bin = x.bin(feature, rows[i]);
            first = Math.min(first, bin);
            last = Math.max(last, bin);
            add(sums, bin * width, rows[i]);
        }
        if (first == last) {
            return false;
        }
        int only = settings.randomEdges() ? first + random.nextInt(last - first) : -1;
        double[] left = new double[width];
        double[] right = all.clone();
        for (int bin = first; bin < last; bin++) {
            for (int m = 0; m < width; m++) {
                left[m] += sums[bin * width + m];
                right[m] -= sums[bin * width + m];
            }
            boolean isTried = only < 0 || bin == only;
            if (isTried && Math.min(left[outputs + 1], right[outputs + 1]) >= settings.leastRows()) {
                double gain = score(left) + score(right) - score;
                if (gain > best.gain) {
                    best.gain = gain;
                    best.feature = feature;
                    best.bin = bin;
                }
            }
        }
        return true;
    }

    /** Puts the rows of the left child first, in their order; returns where those of the right one start. */
    private int partition(int[] rows, int from, int to, Split split) {
        int[] right = new int[to - from];
        int middle = from;
        int moved = 0;
        for (int i = from; i < to; i++) {
            int row = rows[i];
            if (x.bin(split.feature, row) <= split.bin) {
                rows[middle++] = row;
            } else {
                right[moved++] = row;
            }
        }
        System.arraycopy(right, 0, rows, middle, moved);
        return middle;
    }
}
