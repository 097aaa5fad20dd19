package dev.voxgrad.medmnist.ensemble;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.Task;
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
 * Holds the logits of all models of one or several runs, and of baselines, on one split, and combines them with any
 * weights.
 *
 * <pre>
 * logits = (Σ over members m and kinds k of  w[m]·g[k] · logits[m,k]  +  Σ over baselines b of  v[b] · logits[b])
 *          / (Σ of  w[m]·g[k]  +  Σ of  v[b])
 * scores = softmax(logits)
 * </pre>
 */
public final class Ensemble {
    private final VolumeData data;
    private final Split split;
    private final List<Model> models;
    private final List<Baseline> baselines;

    /**
     * Represents one model of a member and its logits.
     *
     * @param position position of the member among the finished ones of all runs, from 0
     * @param run name of its run; empty if there is only one
     * @param logits (N, classes)
     */
    public record Model(int position, String run, MemberResult member, ModelKind kind, double[][] logits) {
        /** Returns the member's name: its number in its run, and its net. */
        public String name() {
            return (run.isEmpty() ? "" : run + "/") + member.index() + " "
                    + member.net().name();
        }
    }

    /**
     * Represents a baseline and its logits.
     *
     * @param logits (N, classes)
     */
    public record Baseline(String name, double[][] logits) {
        /**
         * The least probability that is taken at its word: models fitted to a thousand volumes, which may give exactly
         * 0, cannot know of a smaller one, and its logarithm would outweigh any net.
         */
        public static final double FLOOR = 0.001;

        /**
         * Returns the logits of probabilities p, (classes): {@code log max(p, FLOOR)}; in a multi-label task
         * {@code log(p / (1 − p))} with p from FLOOR to 1 − FLOOR.
         */
        static double[] logits(Task task, double[] probabilities) {
            return Arrays.stream(probabilities)
                    .map(p -> task == Task.MULTI_LABEL
                            ? Math.log(Math.clamp(p, FLOOR, 1 - FLOOR) / (1 - Math.clamp(p, FLOOR, 1 - FLOOR)))
                            : Math.log(Math.max(p, FLOOR)))
                    .toArray();
        }
    }

    /**
     * Creates an ensemble of these models.
     *
     * @param models members in order, for each the last model, then the best
     */
    Ensemble(VolumeData data, Split split, List<Model> models, List<Baseline> baselines) {
        this.data = data;
        this.split = split;
        this.models = List.copyOf(models);
        this.baselines = List.copyOf(baselines);
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
                models.add(new Model(file.position(), "", file.member(), file.kind(), logits));
                progress.accept(models.size());
            }
        }
        return new Ensemble(data, split, models, List.of());
    }

    /** Returns all models of members: members in order, for each the last model, then the best. */
    public List<Model> models() {
        return models;
    }

    /** Returns the baselines, in order. */
    public List<Baseline> baselines() {
        return baselines;
    }

    /** Returns the same ensemble without its baselines. */
    Ensemble withoutBaselines() {
        return new Ensemble(data, split, models, List.of());
    }

    /** Returns whether at least one model of a member has a weight above zero. */
    boolean counts(EnsembleWeights weights) {
        return models.stream().anyMatch(model -> weights.of(model.position(), model.kind()) > 0);
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
        return (int) models.stream().mapToInt(Model::position).distinct().count();
    }

    /**
     * Returns weights of the models, in their order, as {@link EnsembleWeights} lists them: with a zero for each model
     * that a member lacks.
     */
    List<Double> listed(List<Double> weights) {
        int kinds = ModelKind.values().length;
        List<Double> listed = new ArrayList<>(Collections.nCopies(members() * kinds, 0.0));
        for (int k = 0; k < models.size(); k++) {
            Model model = models.get(k);
            listed.set(model.position() * kinds + model.kind().ordinal(), weights.get(k));
        }
        listed.addAll(weights.subList(models.size(), weights.size()));
        return listed;
    }

    /** Returns the scores of one model alone, (N, classes). */
    public double[][] scores(Model model) {
        return probabilities(model.logits());
    }

    /** Returns the scores of one baseline alone, (N, classes). */
    public double[][] scores(Baseline baseline) {
        return probabilities(baseline.logits());
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
        return LogLoss.of(data.task(), split, logits());
    }

    /** Returns the AUC of these logits, (N, classes); NaN if a class does not occur in the split. */
    double auc(double[][] logits) {
        return metrics(probabilities(logits)).auc();
    }

    /** Returns the logits of all models, then of the baselines, in their order, each (N, classes). */
    List<double[][]> logits() {
        return Stream.concat(
                        models.stream().map(Model::logits), baselines.stream().map(Baseline::logits))
                .toList();
    }

    /** Returns the mean of the logits with these weights, one per model; (N, classes). */
    double[][] mean(List<Double> weights) {
        List<double[][]> all = logits();
        return WeightedScores.mean(IntStream.range(0, all.size())
                .mapToObj(k -> new WeightedScores(weights.get(k), all.get(k)))
                .toList());
    }

    /** Returns the number of models, baselines included. */
    int size() {
        return models.size() + baselines.size();
    }

    /** Returns the same models on some volumes of the split. */
    Ensemble only(int[] volumes) {
        return new Ensemble(
                data,
                split.only(volumes),
                models.stream()
                        .map(model -> new Model(
                                model.position(),
                                model.run(),
                                model.member(),
                                model.kind(),
                                rows(model.logits(), volumes)))
                        .toList(),
                baselines.stream()
                        .map(baseline -> new Baseline(baseline.name(), rows(baseline.logits(), volumes)))
                        .toList());
    }

    private static double[][] rows(double[][] logits, int[] volumes) {
        return Arrays.stream(volumes).mapToObj(volume -> logits[volume]).toArray(double[][]::new);
    }

    /** Returns the logits of the whole ensemble with these weights, (N, classes). */
    double[][] logits(EnsembleWeights weights) {
        return WeightedScores.mean(Stream.concat(
                        models.stream()
                                .map(model ->
                                        new WeightedScores(weights.of(model.position(), model.kind()), model.logits())),
                        IntStream.range(0, baselines.size())
                                .mapToObj(b -> new WeightedScores(
                                        weights.ofBaseline(b), baselines.get(b).logits())))
                .toList());
    }
}
