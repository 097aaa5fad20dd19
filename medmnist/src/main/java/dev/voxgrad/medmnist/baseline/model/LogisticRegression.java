package dev.voxgrad.medmnist.baseline.model;

import java.util.Arrays;
import java.util.Locale;

import static dev.voxgrad.medmnist.io.BadValueException.require;

/**
 * Logistic regression with an L2 penalty, on standardised features z of F numbers. For classes k = 1 … K,
 *
 * <pre>
 * p(k | z) = softmax over k of (w[k]·z + b[k]),      minimise  −Σ over rows of ln p(label)  +  Σ ‖w[k]‖² / (2C)
 * </pre>
 *
 * <p>and for two classes p(1 | z) = sigmoid(w·z + b), with a single w. Intercepts b are not penalised. Objective and
 * result are those of scikit-learn's {@code StandardScaler} and {@code LogisticRegression(C)}. The objective is convex;
 * {@link NewtonSolver} follows it to a gradient of at most 1e-8. Source: Hastie, Tibshirani and Friedman, "The Elements
 * of Statistical Learning", 2nd edition, 2009, section 4.4.
 *
 * <p>With more features than rows, the best w is a sum of rows, w = Σ α[i]·z[i], because the penalty would only grow in
 * any direction that is orthogonal to all rows. The solver then works on α, and takes all products of features from the
 * Gram matrix, once for all values of C. For 900 rows of 21,952 voxels, a product of the Hessian takes 1/24 of the
 * multiplications, and the coefficients are the same.
 *
 * @param c the penalty's inverse strength C
 */
public record LogisticRegression(double c) implements Classifier {
    /** Refuses what a command line or an edited file may contain. */
    public LogisticRegression {
        require(c >= 1e-9 && c <= 1e9, "C", c, "at least 1e-9 and at most 1e9");
    }

    @Override
    public String text() {
        String digits = String.format(Locale.ROOT, "%.9f", c);
        return "logistic:" + digits.replaceFirst("\\.?0+$", "");
    }

    @Override
    public Fitted fit(FeatureMatrix x, int[] labels, int classes, long seed, int threads) {
        Standardized standardized = x.standardized();
        boolean primal = x.features() <= x.size();
        Design design = primal ? new Design.OfFeatures(standardized.rows()) : new Design.OfRows(standardized.gram());
        double[][] solution = new NewtonSolver(design, labels, classes == 2 ? 1 : classes, c).solve();
        double[][] weights = new double[solution.length][];
        double[] intercepts = new double[solution.length];
        for (int k = 0; k < solution.length; k++) {
            double[] coordinates = Arrays.copyOf(solution[k], design.size());
            weights[k] = primal ? coordinates : sum(coordinates, standardized.rows());
            intercepts[k] = solution[k][design.size()];
        }
        return new Fitted(standardized.standardizer(), weights, intercepts);
    }

    private static double[] sum(double[] factors, double[][] rows) {
        double[] sum = new double[rows[0].length];
        for (int i = 0; i < rows.length; i++) {
            Vectors.addTo(sum, factors[i], rows[i]);
        }
        return sum;
    }

    @Override
    public Fitted read(ModelArrays arrays, int features, int classes) {
        int logits = classes == 2 ? 1 : classes;
        return new Fitted(
                Standardizer.read(arrays, features),
                arrays.matrix("weights", logits, features),
                arrays.vector("intercepts", logits));
    }

    /**
     * Predicts by fitted coefficients.
     *
     * @param weights w of standardised features, (K, F), or (1, F) for two classes
     * @param intercepts b, (K) or (1)
     */
    public record Fitted(Standardizer standardizer, double[][] weights, double[] intercepts)
            implements FittedClassifier {
        @Override
        public double[][] probabilities(double[][] x) {
            double[][] standardized = standardizer.apply(x);
            double[][] probabilities = new double[x.length][];
            for (int i = 0; i < x.length; i++) {
                double[] logits = intercepts.clone();
                for (int k = 0; k < logits.length; k++) {
                    logits[k] += Vectors.dot(weights[k], standardized[i]);
                }
                probabilities[i] = Vectors.probabilities(logits);
            }
            return probabilities;
        }

        @Override
        public void writeTo(ModelArrays.Writer out) {
            standardizer.writeTo(out);
            out.matrix("weights", weights);
            out.vector("intercepts", intercepts);
        }
    }
}
