package dev.voxgrad.medmnist.baseline.model;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Predicts the classes, or the labels, of volumes from their features.
 *
 * @param features number of features of a volume, F
 * @param classes number of classes K, or of labels L
 * @param isMultiLabel whether there are several labels
 * @param pca projection that comes first; null for none
 * @param parts one for the classes, or one for each label
 */
public record FittedModel(
        int features,
        int classes,
        boolean isMultiLabel,
        @Nullable Pca pca,
        List<Part> parts) {
    /**
     * Predicts one of the classes that occurred in training.
     *
     * @param present the classes that occurred, ascending
     * @param classifier of these classes; null if there is only one
     */
    record Part(int[] present, @Nullable FittedClassifier classifier) {
        /** Returns the probability of each value, (N, values). */
        double[][] probabilities(double[][] x, int values) {
            double[][] all = new double[x.length][values];
            double[][] known = classifier == null ? new double[0][] : classifier.probabilities(x);
            for (int i = 0; i < x.length; i++) {
                for (int c = 0; c < present.length; c++) {
                    all[i][present[c]] = classifier == null ? 1 : known[i][c];
                }
            }
            return all;
        }
    }

    public FittedModel {
        parts = List.copyOf(parts);
    }

    /**
     * Returns the probability of each class, or of each label, (N, classes).
     *
     * @param x features of the volumes, (N, F)
     */
    public double[][] probabilities(double[][] x) {
        double[][] inputs = pca == null ? x : pca.scores(x);
        if (!isMultiLabel) {
            return parts.getFirst().probabilities(inputs, classes);
        }
        double[][] probabilities = new double[x.length][classes];
        for (int label = 0; label < classes; label++) {
            double[][] yes = parts.get(label).probabilities(inputs, 2);
            for (int i = 0; i < x.length; i++) {
                probabilities[i][label] = yes[i][1];
            }
        }
        return probabilities;
    }

    /** Writes everything that predictions depend on, so that {@link ModelSpec#read} gives the same model. */
    public void writeTo(ModelArrays.Writer out) {
        if (pca != null) {
            pca.writeTo(out.part("pca"));
        }
        for (int number = 0; number < parts.size(); number++) {
            Part part = parts.get(number);
            ModelArrays.Writer own = out.part("part" + number);
            own.integers("classes", part.present());
            if (part.classifier() != null) {
                part.classifier().writeTo(own);
            }
        }
    }
}
