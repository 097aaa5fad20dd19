package dev.voxgrad.medmnist.baseline.selection;

import java.util.List;
import java.util.function.Function;

import dev.voxgrad.medmnist.baseline.model.FeatureMatrix;
import dev.voxgrad.medmnist.baseline.model.Targets;
import dev.voxgrad.medmnist.data.Task;

/**
 * Holds everything that a choice of models may depend on: features and labels of the training split.
 *
 * @param task what is asked
 * @param labelNames names of the classes or labels, (K)
 * @param targets labels of the volumes
 * @param features computes features of the same volumes, (N, F), by the flag of a set
 */
public record TrainingData(
        Task task, List<String> labelNames, Targets targets, Function<String, FeatureMatrix> features) {
    /** Returns the figures of predictions for the volumes with these numbers, in this order. */
    Figures figures(int[] numbers, double[][] probabilities) {
        return Figures.of(task, labelNames, targets.select(numbers), probabilities);
    }
}
