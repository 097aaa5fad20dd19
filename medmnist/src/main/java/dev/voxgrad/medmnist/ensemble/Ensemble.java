package dev.voxgrad.medmnist.ensemble;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.data.DataFileException;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.nets.VolumeNet;
import dev.voxgrad.medmnist.train.MemberResult;
import dev.voxgrad.medmnist.train.ModelKind;
import dev.voxgrad.medmnist.train.Predictor;
import dev.voxgrad.medmnist.train.RunFiles;
import dev.voxgrad.nn.weights.WeightsFile;

/**
 * The logits of all models of a run on one split, to be combined with any weights.
 *
 * <pre>
 * logits = Σ over members m and kinds k of  w[m]·g[k] · logits[m,k]  /  Σ of  w[m]·g[k]
 * scores = softmax(logits)
 * </pre>
 */
public final class Ensemble {
    private final VolumeData data;
    private final Split split;
    private final List<Model> models = new ArrayList<>();

    /**
     * One model and its logits.
     *
     * @param position of the member among the finished ones, from 0
     * @param logits (N, classes)
     */
    public record Model(int position, MemberResult member, ModelKind kind, double[][] logits) {}

    private Ensemble(VolumeData data, Split split) {
        this.data = data;
        this.split = split;
    }

    /**
     * Runs the best and the last model of every finished member over a split.
     *
     * @param progress is given the number of models done, after each
     * @throws DataFileException if no member is finished, or a weights file is missing or damaged
     */
    public static Ensemble load(RunFiles run, VolumeData data, Split split, Device device, IntConsumer progress) {
        List<MemberResult> members = run.members();
        if (!data.labelNames().equals(run.info().labelNames())) {
            throw new DataFileException(run.folder().toString(), "was trained for the classes "
                    + run.info().labelNames() + " but the data has " + data.labelNames());
        }
        Metrics.requireDefined(data, split);
        Ensemble ensemble = new Ensemble(data, split);
        try (Predictor predictor = new Predictor(data, split, device, run.info().settings().batchSize())) {
            for (int position = 0; position < members.size(); position++) {
                MemberResult member = members.get(position);
                VolumeNet net = member.net().build(device, data.shape().channels(), data.shape().edge(),
                        data.classes());
                for (ModelKind kind : ModelKind.values()) {
                    Path weights = run.weights(member.index(), member.net().flag(), kind);
                    WeightsFile.load(net, weights);
                    double[][] logits = predictor.logits(net);
                    Predictor.requireFinite(logits, weights.toString());
                    ensemble.models.add(new Model(position, member, kind, logits));
                    progress.accept(ensemble.models.size());
                }
            }
        }
        return ensemble;
    }

    /** All models: members in order, of each the last and then the best. */
    public List<Model> models() {
        return List.copyOf(models);
    }

    /** Number of members. */
    public int members() {
        return models.size() / ModelKind.values().length;
    }

    /** Figures of one model by itself. */
    public Metrics metrics(Model model) {
        return metrics(Predictor.probabilities(data.task(), model.logits()));
    }

    /** Figures of given scores. */
    public Metrics metrics(double[][] scores) {
        return Metrics.of(data, split, scores);
    }

    /** Scores of the whole ensemble with these weights, (N, classes). */
    public double[][] scores(EnsembleWeights weights) {
        double[][] mean = new double[split.size()][data.classes()];
        double total = 0;
        for (Model model : models) {
            double weight = weights.of(model.position(), model.kind());
            total += weight;
            for (int i = 0; i < mean.length; i++) {
                for (int c = 0; c < mean[i].length; c++) {
                    mean[i][c] += weight * model.logits()[i][c];
                }
            }
        }
        for (double[] row : mean) {
            for (int c = 0; c < row.length; c++) {
                row[c] /= total;
            }
        }
        return Predictor.probabilities(data.task(), mean);
    }
}
