package dev.voxgrad.medmnist.baseline.selection;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.baseline.model.FeatureMatrix;
import dev.voxgrad.medmnist.baseline.model.FittedModel;
import dev.voxgrad.medmnist.io.Tasks;

/**
 * Fits every candidate to each part of a resampling, and predicts the volumes that it was not fitted to. Candidates on
 * the same features share what they derive from them. The work is spread over threads by candidate and part; the result
 * does not depend on their number.
 */
final class OutOfFold {
    private static final double NANO = 1e-9;

    private final TrainingData data;
    private final Resampling resampling;
    private final long seed;
    private final int threads;
    private final SelectionProgress progress;

    /**
     * Represents a candidate with its predictions.
     *
     * @param probabilities of the predicted volumes in ascending order of their numbers, (N, K)
     * @param seconds that fits and predictions took
     */
    record Predictions(Candidate candidate, double[][] probabilities, double seconds) {}

    OutOfFold(TrainingData data, Resampling resampling, long seed, int threads, SelectionProgress progress) {
        this.data = data;
        this.resampling = resampling;
        this.seed = seed;
        this.threads = threads;
        this.progress = progress;
    }

    /** Evaluates candidates. The result lacks the ones that the budget left no time for, but never the first one. */
    List<Predictions> evaluate(List<Candidate> candidates, Budget budget) {
        progress.plan(candidates.size() * resampling.parts().size());
        Map<String, List<Candidate>> byFeatures = new LinkedHashMap<>();
        candidates.forEach(candidate -> byFeatures
                .computeIfAbsent(candidate.features(), features -> new ArrayList<>())
                .add(candidate));
        List<Predictions> all = new ArrayList<>();
        byFeatures.forEach((features, group) -> {
            if (all.isEmpty() || !budget.isSpent()) {
                all.addAll(evaluate(features, group, all.isEmpty(), budget));
            }
        });
        return all;
    }

    private List<Predictions> evaluate(String features, List<Candidate> group, boolean isFirst, Budget budget) {
        FeatureMatrix x = data.features().apply(features);
        int parts = resampling.parts().size();
        Cut[] cuts = new Cut[parts];
        Arrays.setAll(cuts, part -> new Cut(x, resampling.parts().get(part), group.size()));
        double[][][][] predictions = new double[group.size()][parts][][];
        double[][] seconds = new double[group.size()][parts];
        // Part by part, so that only the features of a few parts are in memory at the same time. With a budget, by
        // candidate, so that some are complete when it is spent.
        boolean byCandidate = budget.seconds() != null;
        Tasks.run(parts * group.size(), threads, job -> {
            int part = byCandidate ? job % parts : job / group.size();
            int number = byCandidate ? job / parts : job % group.size();
            boolean isNeeded = isFirst && number == 0;
            if (isNeeded || !budget.isSpent()) {
                long start = System.nanoTime();
                predictions[number][part] = cuts[part].predict(group.get(number));
                seconds[number][part] = NANO * (System.nanoTime() - start);
            }
            cuts[part].finish();
            progress.done(group.get(number));
        });
        List<Predictions> complete = new ArrayList<>();
        for (int number = 0; number < group.size(); number++) {
            if (Arrays.stream(predictions[number]).allMatch(rows -> rows != null)) {
                complete.add(new Predictions(
                        group.get(number),
                        inOrder(predictions[number]),
                        Arrays.stream(seconds[number]).sum()));
            }
        }
        return complete;
    }

    /** Puts the rows of all parts in the order of the numbers of their volumes. */
    private double[][] inOrder(double[][][] byPart) {
        int[] numbers = resampling.predicted();
        double[][] ordered = new double[numbers.length][];
        for (int part = 0; part < byPart.length; part++) {
            int[] predicted = resampling.parts().get(part).predicted();
            for (int i = 0; i < predicted.length; i++) {
                ordered[Arrays.binarySearch(numbers, predicted[i])] = byPart[part][i];
            }
        }
        return ordered;
    }

    /** Holds the features of one part while candidates need them. */
    private final class Cut {
        private final FeatureMatrix all;
        private final Resampling.Part part;
        private final AtomicInteger left;
        private @Nullable FeatureMatrix fitted;

        Cut(FeatureMatrix all, Resampling.Part part, int jobs) {
            this.all = all;
            this.part = part;
            this.left = new AtomicInteger(jobs);
        }

        double[][] predict(Candidate candidate) {
            FittedModel model = candidate.model().fit(fitted(), data.targets().select(part.fitted()), seed, 1);
            return model.probabilities(all.select(part.predicted()).rows());
        }

        private synchronized FeatureMatrix fitted() {
            if (fitted == null) {
                fitted = all.select(part.fitted());
            }
            return fitted;
        }

        void finish() {
            if (left.decrementAndGet() == 0) {
                fitted = null;
            }
        }
    }
}
