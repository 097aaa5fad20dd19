package dev.voxgrad.medmnist.baseline.model;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

import dev.voxgrad.engine.random.RandomPurpose;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.medmnist.io.Tasks;

import static dev.voxgrad.medmnist.io.BadValueException.requireWithin;

/**
 * The mean of many trees that differ at random. For each split, √F features are drawn, and the best split among them is
 * taken, by Gini's impurity. A random forest fits each tree to N rows drawn with replacement and searches the best edge
 * of each feature (Breiman, "Random Forests", Machine Learning 45, 5–32, 2001). Extra-trees fit each tree to all rows
 * and draw the edge of each feature (Geurts, Ernst and Wehenkel, "Extremely randomized trees", Machine Learning 63,
 * 3–42, 2006); here it is drawn among the edges of bins, so uniformly in ranks rather than in values.
 *
 * <p>A leaf has at least {@value #LEAST_ROWS} rows, and its shares are drawn to those of all rows as if it had one more
 * row, with these shares (m-estimate: Cestnik, "Estimating probabilities", ECAI 1990): no probability is 0.
 *
 * @param trees number of trees
 */
public record Forest(Kind kind, int trees) implements Classifier {
    static final int LEAST_ROWS = 3;
    private static final int MOST_TREES = 10_000;
    private static final int MOST_DEPTH = 64;

    /** The two kinds of forests. */
    public enum Kind {
        RANDOM,
        EXTRA_TREES
    }

    /** Refuses what a command line or an edited file may contain. */
    public Forest {
        requireWithin("trees", trees, 1, MOST_TREES);
    }

    @Override
    public String text() {
        return (kind == Kind.RANDOM ? "forest:" : "extra-trees:") + trees;
    }

    @Override
    public Fitted fit(FeatureMatrix x, int[] labels, int classes, long seed, int threads) {
        BinnedFeatures bins = x.bins();
        double[][] targets = new double[labels.length][classes];
        double[] prior = new double[classes];
        for (int i = 0; i < labels.length; i++) {
            targets[i][labels[i]] = 1;
            prior[labels[i]] += 1.0 / labels.length;
        }
        double[] weights = new double[labels.length];
        Arrays.fill(weights, 1);
        TreeSettings settings = new TreeSettings(
                MOST_DEPTH, LEAST_ROWS, Math.max(1, (int) Math.sqrt(x.features())), kind == Kind.EXTRA_TREES, 0, 1);
        Tree[] built = new Tree[trees];
        Tasks.run(trees, threads, t -> {
            RandomStream random = new RandomStream(seed, 0, t, RandomPurpose.TREES);
            int[] rows = kind == Kind.RANDOM
                    ? IntStream.generate(() -> random.nextInt(labels.length))
                            .limit(labels.length)
                            .toArray()
                    : IntStream.range(0, labels.length).toArray();
            built[t] = new TreeBuilder(bins, targets, weights, prior, settings, random).build(rows);
        });
        return new Fitted(classes, List.of(built));
    }

    @Override
    public Fitted read(ModelArrays arrays, int features, int classes) {
        return new Fitted(classes, TreeArrays.read(arrays, trees, features, classes));
    }

    /** Predicts by the mean of trees. */
    record Fitted(int classes, List<Tree> trees) implements FittedClassifier {
        @Override
        public double[][] probabilities(double[][] x) {
            double[][] probabilities = new double[x.length][classes];
            for (int i = 0; i < x.length; i++) {
                for (Tree tree : trees) {
                    Vectors.addTo(probabilities[i], 1.0 / trees.size(), tree.predict(x[i]));
                }
            }
            return probabilities;
        }

        @Override
        public void writeTo(ModelArrays.Writer out) {
            TreeArrays.write(out, trees);
        }
    }
}
