package dev.voxgrad.medmnist.metrics;

/**
 * How one class is told from all others.
 *
 * <pre>
 * sensitivity = TP / (TP + FN)            precision = TP / (TP + FP)
 * specificity = TN / (TN + FP)            F1        = 2·TP / (2·TP + FP + FN)
 * MCC = (TP·TN − FP·FN) / √((TP + FP)·(TP + FN)·(TN + FP)·(TN + FN))
 * </pre>
 *
 * <p>A ratio of 0 to 0 is NaN: say the precision of a class that is never predicted. Sources: Fawcett, "An
 * introduction to ROC analysis", 2006; for MCC, Matthews, "Comparison of the predicted and observed secondary
 * structure of T4 phage lysozyme", Biochimica et Biophysica Acta 405, 442–451, 1975.
 *
 * @param truePositives samples of the class that were taken for it
 * @param falsePositives samples of others that were taken for it
 * @param falseNegatives samples of the class that were taken for another
 * @param trueNegatives samples of others that were taken for others
 */
public record ClassFigures(int truePositives, int falsePositives, int falseNegatives, int trueNegatives) {
    /** The figures of a class, from counts (classes, classes): row is the true class, column the predicted one. */
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

    /** Number of samples of the class. */
    public int samples() {
        return truePositives + falseNegatives;
    }

    /** Share of the class that is found: its recall. */
    public double sensitivity() {
        return (double) truePositives / samples();
    }

    /** Share of the others that are left alone. */
    public double specificity() {
        return (double) trueNegatives / (trueNegatives + falsePositives);
    }

    /** Share of what was taken for the class that is of it. */
    public double precision() {
        return (double) truePositives / (truePositives + falsePositives);
    }

    /** Harmonic mean of precision and sensitivity. */
    public double f1() {
        return 2.0 * truePositives / (2.0 * truePositives + falsePositives + falseNegatives);
    }

    /** Matthews correlation in [−1, 1] of this class against the rest; 0 for guesses, and where it would be 0/0. */
    public double matthews() {
        return MatthewsCorrelation.of(new int[][] {{trueNegatives, falsePositives}, {falseNegatives, truePositives}});
    }
}
