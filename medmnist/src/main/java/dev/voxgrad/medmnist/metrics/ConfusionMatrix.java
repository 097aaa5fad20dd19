package dev.voxgrad.medmnist.metrics;

import java.util.List;

import dev.voxgrad.medmnist.data.Task;

/**
 * Counts how often each class was predicted as which.
 *
 * @param labelNames names of the classes
 * @param counts (classes, classes): rows are true classes, columns predicted ones
 */
public record ConfusionMatrix(List<String> labelNames, int[][] counts) {
    /** The maximum width of the text's columns; longer names are cut. */
    private static final int WIDEST = 14;

    /**
     * Counts the predictions of {@link Metrics#predictedClass}.
     *
     * @param labels true class of each sample, (N)
     * @param scores (N, classes)
     */
    public static ConfusionMatrix of(Task task, List<String> labelNames, int[] labels, double[][] scores) {
        if (labels.length != scores.length) {
            throw new IllegalArgumentException(
                    "confusion matrix: " + labels.length + " labels but " + scores.length + " rows of scores");
        }
        int[][] counts = new int[labelNames.size()][labelNames.size()];
        for (int i = 0; i < labels.length; i++) {
            counts[labels[i]][Metrics.predictedClass(task, scores[i])]++;
        }
        return new ConfusionMatrix(labelNames, counts);
    }

    /** Returns the share of samples on the diagonal. */
    public double accuracy() {
        int right = 0;
        int all = 0;
        for (int truth = 0; truth < counts.length; truth++) {
            right += counts[truth][truth];
            for (int count : counts[truth]) {
                all += count;
            }
        }
        return (double) right / all;
    }

    /**
     * Returns a table for the terminal, with one row per true class and one column per predicted one; lines end in
     * {@code \n}.
     */
    public String toText() {
        String corner = "true \\ predicted";
        int first = corner.length();
        for (String name : labelNames) {
            first = Math.max(first, name.length());
        }
        StringBuilder text = new StringBuilder(padRight(corner, first));
        for (int c = 0; c < counts.length; c++) {
            text.append("  ").append(padLeft(shortName(c), width(c)));
        }
        for (int truth = 0; truth < counts.length; truth++) {
            text.append('\n').append(padRight(labelNames.get(truth), first));
            for (int c = 0; c < counts.length; c++) {
                text.append("  ").append(padLeft(String.valueOf(counts[truth][c]), width(c)));
            }
        }
        return text.append('\n').toString();
    }

    private String shortName(int column) {
        String name = labelNames.get(column);
        return name.length() <= WIDEST ? name : name.substring(0, WIDEST - 1) + "…";
    }

    private int width(int column) {
        int width = shortName(column).length();
        for (int[] row : counts) {
            width = Math.max(width, String.valueOf(row[column]).length());
        }
        return width;
    }

    private static String padRight(String text, int width) {
        return text + " ".repeat(width - text.length());
    }

    private static String padLeft(String text, int width) {
        return " ".repeat(width - text.length()) + text;
    }
}
