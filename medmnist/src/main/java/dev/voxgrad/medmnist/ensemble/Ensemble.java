package dev.voxgrad.medmnist.ensemble;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntConsumer;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.metrics.Bootstrap;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.model.EnsembleWeights;
import dev.voxgrad.medmnist.model.ModelFile;
import dev.voxgrad.medmnist.model.TrainedModel;
import dev.voxgrad.medmnist.model.WeightedScores;
import dev.voxgrad.medmnist.run.ModelKind;
import dev.voxgrad.medmnist.run.member.MemberResult;
import dev.voxgrad.medmnist.train.Predictor;

/**
 * Holds the logits of all models of a run on one split, and combines them with any weights.
 *
 * <pre>
 * logits = Σ over members m and kinds k of  w[m]·g[k] · logits[m,k]  /  Σ of  w[m]·g[k]
 * scores = softmax(logits)
 * </pre>
 */
public final class Ensemble {
    private final VolumeData data;
    private final Split split;
    private final List<Model> models;

    /**
     * Represents one model and its logits.
     *
     * @param position position of the member among the finished ones, from 0
     * @param logits (N, classes)
     */
    public record Model(int position, MemberResult member, ModelKind kind, double[][] logits) {}

    /** Creates an ensemble of these models: members in order, for each the last model, then the best. */
    Ensemble(VolumeData data, Split split, List<Model> models) {
        this.data = data;
        this.split = split;
        this.models = List.copyOf(models);
    }

    /**
     * Runs the last and the best model of every member over a split.
     *
     * @param augmentation augmentation of the volumes, the same for every model
     * @param progress receives the number of models done, after each model
     * @throws DataFileException if a weights file is missing or damaged
     */
    public static Ensemble load(
            TrainedModel model,
            VolumeData data,
            Split split,
            Device device,
            Predictor.Augmentation augmentation,
            IntConsumer progress) {
        if (!data.labelNames().equals(model.labelNames())) {
            throw new DataFileException(
                    model.toString(),
                    "was trained for the classes " + model.labelNames() + " but the data has " + data.labelNames());
        }
        List<Model> models = new ArrayList<>();
        int batchSize = model.info().settings().batchSize();
        try (Predictor predictor = new Predictor(data, split, device, batchSize, augmentation)) {
            for (ModelFile file : model.files()) {
                double[][] logits = model.logits(file, predictor, device, split.shape(), done -> {});
                models.add(new Model(file.position(), file.member(), file.kind(), logits));
                progress.accept(models.size());
            }
        }
        return new Ensemble(data, split, models);
    }

    /** Returns all models: members in order, for each the last model, then the best. */
    public List<Model> models() {
        return models;
    }

    /** Returns the data set of the split. */
    public VolumeData data() {
        return data;
    }

    /** Returns the split that the logits are of. */
    public Split split() {
        return split;
    }

    /** Returns the number of members. */
    public int members() {
        return models.size() / ModelKind.values().length;
    }

    /** Returns the scores of one model alone, (N, classes). */
    public double[][] scores(Model model) {
        return probabilities(model.logits());
    }

    /** Returns the metrics of one model alone. */
    public Metrics metrics(Model model) {
        return metrics(scores(model));
    }

    /** Returns the metrics of these scores; the AUC is NaN if a class does not occur in the split. */
    public Metrics metrics(double[][] scores) {
        return Metrics.whereDefined(data, split, scores);
    }

    /** Returns intervals of the metrics of these scores. */
    public Bootstrap intervals(double[][] scores, long seed) {
        return Bootstrap.whereDefined(data, split, scores, seed);
    }

    /** Returns the scores of the whole ensemble with these weights, (N, classes). */
    public double[][] scores(EnsembleWeights weights) {
        return probabilities(logits(weights));
    }

    /** Returns the scores of these logits, (N, classes). */
    double[][] probabilities(double[][] logits) {
        return Predictor.probabilities(data.task(), logits);
    }

    /**
     * Returns the log-loss of these logits, (N, classes), divided by a temperature: nats per volume, or per volume and
     * label.
     */
    double logLoss(double[][] logits, double temperature) {
        return logLoss(logits).value(new double[] {1 / temperature});
    }

    /** Returns the log-loss as a function of the one number that multiplies these logits, (N, classes). */
    LogLoss logLoss(double[][] logits) {
        return LogLoss.of(data.task(), split, Collections.singletonList(logits));
    }

    /** Returns the log-loss as a function of the weights of all models, in their order. */
    LogLoss logLoss() {
        return LogLoss.of(data.task(), split, models.stream().map(Model::logits).toList());
    }

    /** Returns the logits of the whole ensemble with these weights, (N, classes). */
    double[][] logits(EnsembleWeights weights) {
        return WeightedScores.mean(models.stream()
                .map(model -> new WeightedScores(weights.of(model.position(), model.kind()), model.logits()))
                .toList());
    }
}
