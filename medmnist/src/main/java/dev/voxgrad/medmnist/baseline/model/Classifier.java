package dev.voxgrad.medmnist.baseline.model;

import java.util.List;

import static dev.voxgrad.medmnist.io.BadValueException.require;

/** Describes a model that predicts one class per row, before it is fitted. */
public sealed interface Classifier permits LogisticRegression, Forest, Boosting, NearestNeighbours {
    /** The names of all kinds, in the order of messages. */
    List<String> KINDS = List.of("logistic", "forest", "extra-trees", "boosted", "knn");

    /** Returns the kind and its parameter, such as {@code logistic:0.01}, as {@link #of} reads it. */
    String text();

    /**
     * Fits the model. The result does not depend on the number of threads.
     *
     * @param x features of the rows, (N, F)
     * @param labels class of each row from 0, (N); each class occurs
     * @param classes number of classes K, at least 2
     * @param seed of everything that is random
     * @param threads number of threads to use at most
     */
    FittedClassifier fit(FeatureMatrix x, int[] labels, int classes, long seed, int threads);

    /**
     * Reads a fitted model of this kind.
     *
     * @param arrays that {@link FittedClassifier#writeTo} wrote
     * @param features number of features F
     * @param classes number of classes K
     * @throws dev.voxgrad.medmnist.io.DataFileException if the arrays are no such model
     */
    FittedClassifier read(ModelArrays arrays, int features, int classes);

    /**
     * Returns the model with this text.
     *
     * @throws IllegalArgumentException if there is none; the message says what is expected
     */
    static Classifier of(String text) {
        String[] parts = text.split(":", 2);
        require(parts.length == 2, "model", text, "a kind and its parameter, such as logistic:0.01");
        return switch (parts[0]) {
            case "logistic" -> new LogisticRegression(number(text, parts[1]));
            case "forest" -> new Forest(Forest.Kind.RANDOM, count(text, parts[1]));
            case "extra-trees" -> new Forest(Forest.Kind.EXTRA_TREES, count(text, parts[1]));
            case "boosted" -> new Boosting(count(text, parts[1]));
            case "knn" -> new NearestNeighbours(count(text, parts[1]));
            default -> {
                require(false, "model", text, "one of " + String.join(", ", KINDS) + ", and a parameter");
                throw new AssertionError();
            }
        };
    }

    private static double number(String text, String parameter) {
        require(
                parameter.matches("\\d{1,9}(\\.\\d{1,9})?"),
                "model",
                text,
                "a positive decimal number after the colon");
        return Double.parseDouble(parameter);
    }

    private static int count(String text, String parameter) {
        require(parameter.matches("\\d{1,6}"), "model", text, "a whole number after the colon");
        return Integer.parseInt(parameter);
    }
}
