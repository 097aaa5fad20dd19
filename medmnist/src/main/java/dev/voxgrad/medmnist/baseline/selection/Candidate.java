package dev.voxgrad.medmnist.baseline.selection;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import dev.voxgrad.medmnist.baseline.model.Classifier;
import dev.voxgrad.medmnist.baseline.model.ModelSpec;

/**
 * Represents a model on a set of features, which may be chosen.
 *
 * @param features flag of the feature set
 * @param model what is fitted to it
 */
public record Candidate(String features, ModelSpec model) {
    private static final List<String> LOGISTIC =
            Stream.of("0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1").toList();
    private static final List<String> NEIGHBOURS = List.of("15", "30");
    private static final List<String> FORESTS = List.of("500");
    private static final List<String> ROUNDS = List.of("100", "200");
    private static final List<Integer> COMPONENTS = List.of(30, 100);

    /** Returns the name in lists: {@code shape/logistic:0.01}. */
    public String name() {
        return features + "/" + model.text();
    }

    /**
     * Returns the candidates of a baseline: every model on every set of features. On {@code voxels}, logistic
     * regression and extra-trees are tried on principal components, too.
     *
     * @param features flags of feature sets, in order
     * @param kinds of models, from {@link Classifier#KINDS}
     */
    public static List<Candidate> grid(List<String> features, List<String> kinds) {
        List<Candidate> candidates = new ArrayList<>();
        for (String set : features) {
            for (String kind : kinds) {
                for (String parameter : parameters(kind)) {
                    candidates.add(new Candidate(set, ModelSpec.of(kind + ":" + parameter)));
                }
            }
            for (int components : isHighDimensional(set) ? COMPONENTS : List.<Integer>of()) {
                for (String kind : kinds) {
                    if (kind.equals("logistic") || kind.equals("extra-trees")) {
                        for (String parameter : parameters(kind)) {
                            candidates.add(new Candidate(
                                    set, ModelSpec.of("pca:" + components + "+" + kind + ":" + parameter)));
                        }
                    }
                }
            }
        }
        return candidates;
    }

    private static boolean isHighDimensional(String set) {
        return set.equals("voxels");
    }

    private static List<String> parameters(String kind) {
        return switch (kind) {
            case "logistic" -> LOGISTIC;
            case "forest", "extra-trees" -> FORESTS;
            case "boosted" -> ROUNDS;
            default -> NEIGHBOURS;
        };
    }
}
