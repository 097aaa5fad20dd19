package dev.voxgrad.medmnist.benchmark;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import dev.voxgrad.medmnist.data.DatasetInfo;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.metrics.Bootstrap;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.nets.Nets;
import dev.voxgrad.medmnist.run.ModelKind;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.run.RunInfo;
import dev.voxgrad.medmnist.run.member.EpochResult;
import dev.voxgrad.medmnist.run.member.MemberState;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

/** Writes the folders of rows with made-up figures, without any training. */
final class Fabricated {
    private Fabricated() {}

    /**
     * Writes a row of which the first {@code finished} runs are finished and evaluated. Run r has, on test, an AUC of
     * 0.8 + 0.02·r with its last model and 0.01 more with its best; the accuracies are 0.1 lower, and the intervals
     * reach 0.04 to both sides. On validation all figures are 0.05 higher. An epoch takes 10·(r + 1) seconds.
     */
    static RowFiles row(
            BenchmarkFolder folder, String name, DatasetInfo set, int size, int epochs, int runs, int finished) {
        NetSpec net = Nets.named(name);
        DataSource source = DataSource.official(set.flag(), Path.of("/data"), size);
        RowFiles row = folder.openOrCreate(
                net,
                path -> RunFiles.create(
                        path,
                        info(
                                source,
                                set,
                                RowRecipe.settings(net, source)
                                        .models(runs)
                                        .epochs(epochs)
                                        .build())));
        for (int run = 0; run < finished; run++) {
            evaluate(row, run, epochs);
        }
        return row;
    }

    /** Returns a row with AUC 0.896 and accuracy 0.849 on test, and 0.1 less on validation. */
    static AutomaticRow automatic(AutomaticRow.Kind kind, DatasetInfo set) {
        Bootstrap intervals =
                new Bootstrap(Optional.of(new Bootstrap.Interval(0.856, 0.936)), new Bootstrap.Interval(0.819, 0.896));
        return new AutomaticRow(
                kind,
                "a, b",
                DataSource.official(set.flag(), Path.of("/data"), 28),
                "0".repeat(32),
                42.0,
                List.of(
                        RunEvaluation.Score.of(ModelKind.LAST, "test", new Metrics(0.896, 0.849), intervals),
                        RunEvaluation.Score.of(ModelKind.LAST, "val", new Metrics(0.796, 0.749), intervals)));
    }

    private static RunInfo info(DataSource source, DatasetInfo set, TrainSettings settings) {
        return new RunInfo(
                "1",
                "25",
                "2026-01-01T00:00:00Z",
                "cpu: 2 threads",
                "auto",
                true,
                null,
                source,
                "0".repeat(32),
                false,
                set.task().officialName(),
                set.labelNames(),
                null,
                null,
                settings);
    }

    private static void evaluate(RowFiles row, int run, int epochs) {
        MemberState state = MemberState.atStart(run, row.net());
        for (int epoch = 1; epoch <= epochs; epoch++) {
            double auc = epoch == 2 ? 0.9 : 0.8; // the second epoch is the best
            state = state.withEpoch(
                    new EpochResult(run, row.net(), epoch, 0.5, new Metrics(auc, 0.8), 10.0 * (run + 1)));
        }
        row.run().member(run).writeState(state);
        List<RunEvaluation.Score> scores = new ArrayList<>();
        for (String split : List.of("val", "test")) {
            for (ModelKind model : ModelKind.values()) {
                double auc = 0.8 + 0.02 * run + (model == ModelKind.BEST ? 0.01 : 0) + (split.equals("val") ? 0.05 : 0);
                scores.add(RunEvaluation.Score.of(
                        model,
                        split,
                        new Metrics(auc, auc - 0.1),
                        new Bootstrap(
                                Optional.of(new Bootstrap.Interval(auc - 0.04, auc + 0.04)),
                                new Bootstrap.Interval(auc - 0.14, auc - 0.06))));
            }
        }
        row.write(new RunEvaluation(run, 2, epochs, scores));
    }
}
