package dev.voxgrad.medmnist.baseline;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

import dev.voxgrad.medmnist.baseline.feature.FeatureSets;
import dev.voxgrad.medmnist.baseline.feature.VolumeKind;
import dev.voxgrad.medmnist.baseline.model.FittedModel;
import dev.voxgrad.medmnist.baseline.model.ModelArrays;
import dev.voxgrad.medmnist.baseline.model.ModelSpec;
import dev.voxgrad.medmnist.baseline.selection.CandidateResult;
import dev.voxgrad.medmnist.baseline.selection.ChosenModel;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.data.npz.NpzFile;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.io.DataFileException;

/**
 * Represents a baseline in use: the chosen models, fitted, with their weights. Its probabilities are the weighted mean
 * of those of its models.
 *
 * @param kind of the volumes, as features take it
 * @param members the models
 */
public record Baseline(VolumeKind kind, List<Member> members) {
    /**
     * Represents one model of the ensemble.
     *
     * @param features flag of the feature set
     * @param model the fitted model
     * @param weight its share, in (0, 1]
     */
    public record Member(String features, FittedModel model, double weight) {}

    /**
     * Holds what the models predict for the volumes of a split.
     *
     * @param members probabilities of each model, (models, N, K)
     * @param mean probabilities of the ensemble, (N, K)
     */
    public record Predictions(List<double[][]> members, double[][] mean) {}

    public Baseline {
        members = List.copyOf(members);
    }

    /**
     * Reads the models of a baseline's folder.
     *
     * @throws DataFileException if a file is missing or damaged
     */
    public static Baseline of(BaselineFiles files) {
        BaselineInfo info = files.info();
        List<Member> members = new ArrayList<>();
        for (ChosenModel chosen : info.chosen()) {
            CandidateResult candidate = info.candidates().get(chosen.candidate());
            try (NpzFile arrays = files.model(chosen)) {
                members.add(new Member(candidate.features(), read(files, candidate, arrays), chosen.weight()));
            }
        }
        return new Baseline(info.kind(), members);
    }

    private static FittedModel read(BaselineFiles files, CandidateResult candidate, NpzFile arrays) {
        BaselineInfo info = files.info();
        ModelSpec spec;
        long features;
        try {
            spec = ModelSpec.of(candidate.model());
            features = FeatureSets.of(candidate.features(), info.kind()).count(info.shape());
        } catch (IllegalArgumentException | DataException e) {
            throw new DataFileException(
                    files.folder().resolve(BaselineFiles.FILE).toString(),
                    "names a model that this version does not know: " + e.getMessage(),
                    e);
        }
        if (features > Integer.MAX_VALUE) {
            throw new DataFileException(
                    files.folder().toString(), "has features of volumes of " + info.shape() + ", which are too many");
        }
        return spec.read(
                ModelArrays.of(arrays, files.folder() + " (" + candidate.name() + ")"),
                (int) features,
                info.classes(),
                info.task() == Task.MULTI_LABEL);
    }

    /**
     * Predicts the volumes of a split, whose labels are not read.
     *
     * @param shape of the volumes that the models were fitted to
     * @param progress receives the number of volumes whose features are known
     * @throws DataException if the volumes have another shape
     */
    public Predictions predict(Split split, VolumeShape shape, IntConsumer progress) {
        if (!split.shape().equals(shape)) {
            throw new DataException(split.name() + " has volumes of " + split.shape() + ", but the baseline was made "
                    + "with " + shape + " (channels, X, Y, Z), and features of volumes of different shapes cannot be "
                    + "compared. Resample the volumes to this shape");
        }
        int threads = Runtime.getRuntime().availableProcessors();
        return predict(
                new FeatureTables(kind, split, threads, (set, name, done, all) -> progress.accept(done)), split.size());
    }

    Predictions predict(FeatureTables tables, int volumes) {
        List<double[][]> all = new ArrayList<>();
        double[][] mean = new double[volumes][members.getFirst().model().classes()];
        for (Member member : members) {
            double[][] own =
                    member.model().probabilities(tables.of(member.features()).rows());
            all.add(own);
            for (int i = 0; i < volumes; i++) {
                for (int c = 0; c < mean[i].length; c++) {
                    mean[i][c] = Math.min(1, mean[i][c] + member.weight() * own[i][c]);
                }
            }
        }
        return new Predictions(all, mean);
    }
}
