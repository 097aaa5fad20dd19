package dev.voxgrad.medmnist.baseline.model;

import java.util.Arrays;

import dev.voxgrad.medmnist.data.Split;

/**
 * Holds what models are to predict: one class per volume, or several independent labels of 0 or 1.
 *
 * @param columns class of each volume, (1, N); or each label of each volume, (L, N)
 * @param classes number of classes K, or of labels L
 * @param isMultiLabel whether there are several labels
 */
public record Targets(int[][] columns, int classes, boolean isMultiLabel) {
    /** Returns the labels of a split. */
    public static Targets of(Split split, int classes) {
        if (!split.isMultiLabel()) {
            return new Targets(new int[][] {split.labels()}, classes, false);
        }
        int[][] columns = new int[classes][];
        for (int label = 0; label < classes; label++) {
            int at = label;
            columns[label] =
                    Arrays.stream(split.multiLabels()).mapToInt(row -> row[at]).toArray();
        }
        return new Targets(columns, classes, true);
    }

    /** Returns the number of volumes, N. */
    public int size() {
        return columns[0].length;
    }

    /** Returns all labels of each volume: (N, 1) or (N, L). */
    public int[][] rows() {
        int[][] rows = new int[size()][columns.length];
        for (int i = 0; i < rows.length; i++) {
            for (int c = 0; c < columns.length; c++) {
                rows[i][c] = columns[c][i];
            }
        }
        return rows;
    }

    /** Returns the labels of the volumes with these numbers. */
    public Targets select(int[] numbers) {
        int[][] some = new int[columns.length][];
        for (int c = 0; c < some.length; c++) {
            int[] column = columns[c];
            some[c] = Arrays.stream(numbers).map(i -> column[i]).toArray();
        }
        return new Targets(some, classes, isMultiLabel);
    }

    /** Returns the labels of these volumes, followed by those of others. */
    public Targets followedBy(Targets others) {
        int[][] both = new int[columns.length][];
        for (int c = 0; c < both.length; c++) {
            both[c] = Arrays.copyOf(columns[c], size() + others.size());
            System.arraycopy(others.columns[c], 0, both[c], size(), others.size());
        }
        return new Targets(both, classes, isMultiLabel);
    }
}
