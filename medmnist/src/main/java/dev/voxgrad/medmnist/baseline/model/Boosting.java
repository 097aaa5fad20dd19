package dev.voxgrad.medmnist.baseline.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import dev.voxgrad.engine.random.RandomPurpose;
import dev.voxgrad.engine.random.RandomStream;

import static dev.voxgrad.medmnist.io.BadValueException.requireWithin;

/**
 * Gradient boosting of small trees for the log-loss of a softmax; of a sigmoid, for two classes. Logits start at the
 * logarithms of the classes' shares. In each round, every logit gets a tree that is fitted to the negative gradients y
 * − p with the second derivatives p·(1 − p) as weights, so that its leaves are Newton steps with the penalty λ = 1;
 * {@value #RATE} times its values are added to the logit. Each round fits to half of the rows, drawn without
 * replacement. Sources: Friedman, "Greedy function approximation: a gradient boosting machine", Annals of Statistics
 * 29, 1189–1232, 2001, and "Stochastic gradient boosting", 2002; for the leaves, Chen and Guestrin, "XGBoost", KDD
 * 2016.
 *
 * @param rounds number of rounds
 */
public record Boosting(int rounds) implements Classifier {
    private static final double RATE = 0.05;
    private static final int MOST_DEPTH = 3;
    private static final int LEAST_ROWS = 5;
    private static final double PENALTY = 1;
    private static final int MOST_ROUNDS = 10_000;
    /** A fraction of the features that is drawn for each split, at least this many of them. */
    private static final double SHARE = 0.3;

    /** Refuses what a command line or an edited file may contain. */
    public Boosting {
        requireWithin("rounds", rounds, 1, MOST_ROUNDS);
    }

    @Override
    public String text() {
        return "boosted:" + rounds;
    }

    @Override
    public Fitted fit(FeatureMatrix x, int[] labels, int classes, long seed, int threads) {
        int outputs = classes == 2 ? 1 : classes;
        double[] start = start(labels, classes);
        double[][] logits = new double[labels.length][];
        Arrays.setAll(logits, i -> start.clone());
        TreeSettings settings = new TreeSettings(
                MOST_DEPTH, LEAST_ROWS, Math.max(1, (int) (SHARE * x.features())), false, PENALTY, PENALTY);
        List<Tree> trees = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            RandomStream random = new RandomStream(seed, 1, round, RandomPurpose.TREES);
            int[] rows = half(labels.length, random);
            double[][] probabilities = new double[labels.length][];
            Arrays.setAll(probabilities, i -> Vectors.probabilities(logits[i]));
            for (int k = 0; k < outputs; k++) {
                Tree tree = tree(x.bins(), labels, probabilities, outputs == 1 ? 1 : k, settings, random, rows);
                trees.add(tree);
                for (int i = 0; i < labels.length; i++) {
                    logits[i][k] += RATE * tree.predict(x.rows()[i])[0];
                }
            }
        }
        return new Fitted(start, trees);
    }

    private static Tree tree(
            BinnedFeatures bins,
            int[] labels,
            double[][] probabilities,
            int column,
            TreeSettings settings,
            RandomStream random,
            int[] rows) {
        double[][] targets = new double[labels.length][1];
        double[] weights = new double[labels.length];
        for (int i = 0; i < labels.length; i++) {
            double p = probabilities[i][column];
            targets[i][0] = (labels[i] == column ? 1 : 0) - p;
            weights[i] = p * (1 - p);
        }
        return new TreeBuilder(bins, targets, weights, new double[1], settings, random).build(rows);
    }

    private static int[] half(int count, RandomStream random) {
        int[] rows = Arrays.copyOf(random.permutation(count), Math.max(1, (count + 1) / 2));
        Arrays.sort(rows);
        return rows;
    }

    /** Returns the logarithms of the classes' shares; for two classes, the logit of class 1. */
    private static double[] start(int[] labels, int classes) {
        double[] counts = new double[classes];
        for (int label : labels) {
            counts[label]++;
        }
        return classes == 2
                ? new double[] {StrictMath.log(counts[1] / counts[0])}
                : Arrays.stream(counts)
                        .map(count -> StrictMath.log(count / labels.length))
                        .toArray();
    }

    @Override
    public Fitted read(ModelArrays arrays, int features, int classes) {
        int outputs = classes == 2 ? 1 : classes;
        return new Fitted(arrays.vector("start", outputs), TreeArrays.read(arrays, rounds * outputs, features, 1));
    }

    /**
     * Predicts by sums of trees.
     *
     * @param start the logits before the first round
     * @param trees round by round, one per logit
     */
    record Fitted(double[] start, List<Tree> trees) implements FittedClassifier {
        @Override
        public double[][] probabilities(double[][] x) {
            double[][] probabilities = new double[x.length][];
            for (int i = 0; i < x.length; i++) {
                double[] logits = start.clone();
                for (int t = 0; t < trees.size(); t++) {
                    logits[t % logits.length] += RATE * trees.get(t).predict(x[i])[0];
                }
                probabilities[i] = Vectors.probabilities(logits);
            }
            return probabilities;
        }

        @Override
        public void writeTo(ModelArrays.Writer out) {
            out.vector("start", start);
            TreeArrays.write(out, trees);
        }
    }
}
