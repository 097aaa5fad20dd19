package dev.voxgrad.medmnist.model;

import java.util.List;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.train.Predictor;
import dev.voxgrad.nn.Layer;

/**
 * Holds the nets of an ensemble on one device, in evaluation mode. Its logits are the weighted mean of theirs, and have
 * a gradient.
 *
 * @param task decides how logits become probabilities
 * @param parts nets whose weights sum to 1
 */
public record EnsembleNet(Task task, List<Part> parts) {
    /**
     * Represents one net of the ensemble.
     *
     * @param file where its weights come from
     * @param net in evaluation mode
     * @param weight above 0
     */
    public record Part(ModelFile file, Layer net, double weight) {}

    public EnsembleNet {
        parts = List.copyOf(parts);
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("ensemble: no net has a weight above zero");
        }
    }

    /** Returns an ensemble of nets with weights of any sum. */
    static EnsembleNet of(Task task, List<Part> parts) {
        double sum = parts.stream().mapToDouble(Part::weight).sum();
        return new EnsembleNet(
                task,
                parts.stream()
                        .map(part -> new Part(part.file(), part.net(), part.weight() / sum))
                        .toList());
    }

    /**
     * Returns {@code Σ weight · net(batch)}, (N, classes).
     *
     * @param batch prepared volumes, (N, C, D, H, W)
     */
    public Tensor logits(Tensor batch) {
        Part first = parts.getFirst();
        Tensor sum = first.net().forward(batch).scale(first.weight());
        for (Part part : parts.subList(1, parts.size())) {
            sum = sum.add(part.net().forward(batch).scale(part.weight()));
        }
        return sum;
    }

    /**
     * Returns the probabilities of a batch, (N, classes): softmax over the classes, or a sigmoid per label.
     *
     * @param batch prepared volumes, (N, C, D, H, W)
     */
    public double[][] probabilities(Tensor batch) {
        return probabilities(task, logits(batch));
    }

    /** Returns the probabilities that logits, (N, classes), mean for a task. */
    public static double[][] probabilities(Task task, Tensor logits) {
        Shape shape = logits.shape();
        double[] values = logits.toDoubleArray();
        double[][] rows = new double[shape.dim(0)][shape.dim(1)];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(values, i * rows[i].length, rows[i], 0, rows[i].length);
        }
        return Predictor.probabilities(task, rows);
    }
}
