package dev.voxgrad.medmnist.metrics;

/**
 * Measures how well one class is separated from all others.
 *
 * <pre>
 * sensitivity = TP / (TP + FN)            precision = TP / (TP + FP)
 * specificity = TN / (TN + FP)            F1        = 2·TP / (2·TP + FP + FN)
 * MCC = (TP·TN − FP·FN) / √((TP + FP)·(TP + FN)·(TN + FP)·(TN + FN))
 * </pre>
 *
 * <p>A ratio of 0 to 0 is NaN, such as the precision of a class that is never predicted. Sources: Fawcett, "An
 * introduction to ROC analysis", 2006; for MCC, Matthews, "Comparison of the predicted and observed secondary
 * structure of T4 phage lysozyme", Biochimica et Biophysica Acta 405, 442–451, 1975.
 *
 * @param truePositives samples of the class, predicted as the class
 * @param falsePositives samples of other classes, predicted as the class
 * @param falseNegatives samples of the class, predicted as another one
 * @param trueNegatives samples of other classes, predicted as other classes
 */
public record ClassFigures(int truePositives, int falsePositives, int falseNegatives, int trueNegatives) {
    /**
     * Returns the figures of a class, from counts (classes, classes): rows are true classes, columns predicted ones.
     */
    public static ClassFigures of(ConfusionMatrix matrix, int index) {
        int[][] counts = matrix.counts();
        int row = 0;
        int column = 0;
        int all = 0;
        for (int other = 0; other < counts.length; other++) {
            row += counts[index][other];
            column += counts[other][index];
            for (int count : counts[other]) {
                all += count;
            }
        }
        int hits = counts[index][index];
        return new ClassFigures(hits, column - hits, row - hits, all - row - column + hits);
    }

    /** Returns the number of samples of the class. */
    public int samples() {
        return truePositives + falseNegatives;
    }

    /** Returns the share of the class that is found, also called recall. */
    public double sensitivity() {
        return (double) truePositives / samples();
    }

    /** Returns the share of the other samples that are predicted as other classes. */
    public double specificity() {
        return (double) trueNegatives / (trueNegatives + falsePositives);
    }

    /** Returns the share of the predictions of the class that are correct. */
    public double precision() {
        return (double) truePositives / (truePositives + falsePositives);
    }

    /** Returns the harmonic mean of precision and sensitivity. */
    public double f1() {
        return 2.0 * truePositives / (2.0 * truePositives + falsePositives + falseNegatives);
    }

    /**
     * Returns the Matthews correlation in [−1, 1] of this class against the rest; 0 for guesses, and instead of 0/0.
     */
    public double matthews() {
        return MatthewsCorrelation.of(new int[][] {{trueNegatives, falsePositives}, {falseNegatives, truePositives}});
    }
}
