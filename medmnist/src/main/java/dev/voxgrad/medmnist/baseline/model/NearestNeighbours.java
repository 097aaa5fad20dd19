package dev.voxgrad.medmnist.baseline.model;

import java.util.Arrays;
import java.util.Comparator;

import dev.voxgrad.medmnist.io.DataException;

import static dev.voxgrad.medmnist.io.BadValueException.requireWithin;

/**
 * Predicts the shares of the classes among the k nearest training rows, by Euclid's distance of standardised features.
 * Of rows at the same distance, the earlier one is nearer. The shares are drawn to those of all rows as if there were
 * one more neighbour with these shares, so no probability is 0. Source: Cover and Hart, "Nearest neighbor pattern
 * classification", IEEE Transactions on Information Theory 13, 21–27, 1967.
 *
 * @param k number of neighbours; all training rows if there are fewer
 */
public record NearestNeighbours(int k) implements Classifier {
    private static final int MOST_NEIGHBOURS = 10_000;

    /** Refuses what a command line or an edited file may contain. */
    public NearestNeighbours {
        requireWithin("k", k, 1, MOST_NEIGHBOURS);
    }

    @Override
    public String text() {
        return "knn:" + k;
    }

    @Override
    public Fitted fit(FeatureMatrix x, int[] labels, int classes, long seed, int threads) {
        if ((long) x.size() * x.features() > ModelArrays.MOST_ELEMENTS) {
            throw new DataException("knn: the model would contain all " + x.size() + " volumes with " + x.features()
                    + " features each, which is too much; choose --models without knn, or fewer features");
        }
        Standardized standardized = x.standardized();
        return new Fitted(standardized.standardizer(), standardized.rows(), labels.clone(), classes, k);
    }

    @Override
    public Fitted read(ModelArrays arrays, int features, int classes) {
        int[] labels = arrays.integers("labels", -1, 0, classes - 1);
        arrays.require(labels.length > 0, "labels", "is empty");
        return new Fitted(
                Standardizer.read(arrays, features),
                arrays.matrix("rows", labels.length, features),
                labels,
                classes,
                k);
    }

    /**
     * Predicts by training rows.
     *
     * @param rows standardised features of the training rows, (N, F)
     * @param labels of the training rows, (N)
     */
    record Fitted(Standardizer standardizer, double[][] rows, int[] labels, int classes, int k)
            implements FittedClassifier {
        @Override
        public double[][] probabilities(double[][] x) {
            double[] prior = new double[classes];
            for (int label : labels) {
                prior[label] += 1.0 / labels.length;
            }
            double[][] standardized = standardizer.apply(x);
            double[][] probabilities = new double[x.length][];
            Arrays.setAll(probabilities, i -> probabilities(standardized[i], prior));
            return probabilities;
        }

        private double[] probabilities(double[] row, double[] prior) {
            double[] distances = new double[rows.length];
            Integer[] order = new Integer[rows.length];
            for (int j = 0; j < rows.length; j++) {
                order[j] = j;
                for (int f = 0; f < row.length; f++) {
                    double difference = row[f] - rows[j][f];
                    distances[j] += difference * difference;
                }
            }
            Arrays.sort(order, Comparator.comparingDouble(j -> distances[j])); // stable
            int neighbours = Math.min(k, rows.length);
            double[] shares = prior.clone();
            for (int n = 0; n < neighbours; n++) {
                shares[labels[order[n]]]++;
            }
            for (int c = 0; c < classes; c++) {
                shares[c] /= neighbours + 1;
            }
            return shares;
        }

        @Override
        public void writeTo(ModelArrays.Writer out) {
            standardizer.writeTo(out);
            out.matrix("rows", rows);
            out.integers("labels", labels);
        }
    }
}
