package dev.voxgrad.medmnist.baseline;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

import dev.voxgrad.medmnist.baseline.feature.VolumeKind;
import dev.voxgrad.medmnist.baseline.selection.CandidateResult;
import dev.voxgrad.medmnist.baseline.selection.ChosenModel;
import dev.voxgrad.medmnist.baseline.selection.Figures;
import dev.voxgrad.medmnist.baseline.selection.Protocol;
import dev.voxgrad.medmnist.baseline.selection.Refit;
import dev.voxgrad.medmnist.data.Preparation;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.npz.NpyArray;
import dev.voxgrad.medmnist.data.source.DataSource;

/** Writes folders of baselines with made-up predictions, for tests of what reads them. */
public final class MadeUpBaseline {
    private MadeUpBaseline() {}

    /**
     * Writes a baseline of two models for this data.
     *
     * @param trainOutOfFold (N, classes), as the next two
     */
    public static BaselineFiles write(
            Path folder,
            DataSource source,
            VolumeData data,
            double[][] trainOutOfFold,
            double[][] val,
            double[][] test) {
        Map<Integer, SequencedMap<String, NpyArray>> models = Map.of(0, value(0.25), 2, value(0.75));
        return BaselineFiles.write(
                folder,
                info(source, data),
                new BaselineContents(
                        models,
                        Optional.of(trainOutOfFold),
                        Optional.of(val),
                        Optional.of(test),
                        Map.of("summary.csv", "split,auc,acc\n")));
    }

    /**
     * Writes such a baseline for two classes: the true one has probability 0.75.
     *
     * @param wrong how many volumes at the start of each split have probability 0.25 for it instead
     */
    public static BaselineFiles writeTruth(Path folder, DataSource source, VolumeData data, int wrong) {
        return write(
                folder,
                source,
                data,
                truth(data.train().labels(), wrong),
                truth(data.val().labels(), wrong),
                truth(data.test().labels(), wrong));
    }

    private static double[][] truth(int[] labels, int wrong) {
        double[][] rows = new double[labels.length][2];
        for (int i = 0; i < labels.length; i++) {
            rows[i][labels[i]] = i < wrong ? 0.25 : 0.75;
            rows[i][1 - labels[i]] = i < wrong ? 0.75 : 0.25;
        }
        return rows;
    }

    private static SequencedMap<String, NpyArray> value(double value) {
        return new LinkedHashMap<>(Map.of("value", NpyArray.ofDoubles(new double[] {value}, 1)));
    }

    /** Returns the description of such a baseline. */
    public static BaselineInfo info(DataSource source, VolumeData data) {
        Figures figures = new Figures(0.5, 0.75, 0.8);
        return new BaselineInfo(
                BaselineInfo.FORMAT,
                "0.1.0",
                "25",
                "2026-01-02T03:04:05Z",
                source,
                data.md5().orElse(null),
                data.synthetic(),
                data.task(),
                data.labelNames(),
                data.storedShape(),
                Preparation.STUDY.withoutNormalisation(),
                VolumeKind.GREY,
                new BaselineInfo.Volumes(
                        data.train().size(), data.val().size(), data.test().size()),
                new BaselineInfo.Settings(Protocol.DEFAULT, 5, Refit.TRAIN, 1, null),
                List.of(
                        new CandidateResult("grid7", "logistic:0.01", figures, 0.5),
                        new CandidateResult("grid7", "logistic:1", new Figures(0.7, null, 0.6), 0.25),
                        new CandidateResult("grid7", "forest:100", figures, 1)),
                List.of(new ChosenModel(0, 0.25), new ChosenModel(2, 0.75)),
                figures,
                new Figures(0.55, 0.7, 0.75),
                12.5);
    }
}
