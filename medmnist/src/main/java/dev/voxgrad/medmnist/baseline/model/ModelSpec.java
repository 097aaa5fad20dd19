package dev.voxgrad.medmnist.baseline.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

import static dev.voxgrad.medmnist.io.BadValueException.require;
import static dev.voxgrad.medmnist.io.BadValueException.requireWithin;

/**
 * Describes a model before it is fitted: a classifier, and optionally a projection to principal components before it.
 *
 * @param components number of principal components; 0 for the features themselves
 */
public record ModelSpec(int components, Classifier classifier) {
    private static final int MOST_COMPONENTS = 10_000;
    private static final String PCA = "pca:";

    /** Refuses what a command line or an edited file may contain. */
    public ModelSpec {
        requireWithin("pca", components, 0, MOST_COMPONENTS);
    }

    /**
     * Returns the model with this text: {@code logistic:0.01}, or {@code pca:30+logistic:0.01}.
     *
     * @throws IllegalArgumentException if there is none; the message says what is expected
     */
    public static ModelSpec of(String text) {
        if (!text.startsWith(PCA)) {
            return new ModelSpec(0, Classifier.of(text));
        }
        String[] parts = text.substring(PCA.length()).split("\\+", 2);
        require(
                parts.length == 2 && parts[0].matches("[1-9]\\d{0,4}"),
                "model",
                text,
                "a number of components and a classifier, such as pca:30+logistic:0.01");
        return new ModelSpec(Integer.parseInt(parts[0]), Classifier.of(parts[1]));
    }

    /** Returns the text that {@link #of} reads. */
    public String text() {
        return (components == 0 ? "" : PCA + components + "+") + classifier.text();
    }

    /**
     * Fits the model: one classifier for the classes, or one for each label. A class that does not occur gets the
     * probability 0.
     *
     * @param threads number of threads to use at most; the result does not depend on it
     */
    public FittedModel fit(FeatureMatrix x, Targets targets, long seed, int threads) {
        FeatureMatrix.@Nullable Projected projected = components == 0 ? null : x.projected(components);
        List<FittedModel.Part> parts = new ArrayList<>();
        for (int[] column : targets.columns()) {
            int[] present = Arrays.stream(column).distinct().sorted().toArray();
            int[] numbers = Arrays.stream(column)
                    .map(label -> Arrays.binarySearch(present, label))
                    .toArray();
            FittedClassifier fitted = present.length == 1
                    ? null
                    : classifier.fit(
                            projected == null ? x : projected.scores(), numbers, present.length, seed, threads);
            parts.add(new FittedModel.Part(present, fitted));
        }
        return new FittedModel(
                x.features(),
                targets.classes(),
                targets.isMultiLabel(),
                projected == null ? null : projected.pca(),
                parts);
    }

    /**
     * Reads a fitted model of this kind.
     *
     * @param features number of features of a volume
     * @param classes number of classes, or of labels
     * @throws dev.voxgrad.medmnist.io.DataFileException if the arrays are no such model
     */
    public FittedModel read(ModelArrays arrays, int features, int classes, boolean isMultiLabel) {
        Pca pca = components == 0 ? null : Pca.read(arrays.part("pca"), features, components);
        int inputs = pca == null ? features : pca.components().length;
        int values = isMultiLabel ? 2 : classes;
        List<FittedModel.Part> parts = IntStream.range(0, isMultiLabel ? classes : 1)
                .mapToObj(number -> read(arrays.part("part" + number), inputs, values))
                .toList();
        return new FittedModel(features, classes, isMultiLabel, pca, parts);
    }

    private FittedModel.Part read(ModelArrays arrays, int features, int values) {
        int[] present = arrays.integers("classes", -1, 0, values - 1);
        arrays.require(present.length > 0, "classes", "is empty");
        for (int i = 1; i < present.length; i++) {
            arrays.require(present[i] > present[i - 1], "classes", "is not in ascending order");
        }
        return new FittedModel.Part(
                present, present.length == 1 ? null : classifier.read(arrays, features, present.length));
    }
}
