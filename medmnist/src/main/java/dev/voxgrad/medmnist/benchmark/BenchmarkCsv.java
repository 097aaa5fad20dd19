package dev.voxgrad.medmnist.benchmark;

import java.util.List;
import java.util.Locale;

import dev.voxgrad.medmnist.data.DatasetInfo;
import dev.voxgrad.medmnist.metrics.Bootstrap;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.metrics.Spread;
import dev.voxgrad.medmnist.run.ModelKind;
import dev.voxgrad.medmnist.text.Csv;

/**
 * Writes a benchmark's figures as CSV, one line for each run, model and split, for the mean of each row, and for each
 * published figure. The column {@code kind} says which of them it is: {@code run}, {@code mean}, {@code baseline},
 * {@code search}, {@code published} or {@code study}. An empty field does not apply, or is undefined.
 */
public final class BenchmarkCsv {
    private static final List<String> COLUMNS = List.of(
            "kind",
            "row",
            "method",
            "recipe",
            "epochs",
            "runs",
            "run",
            "model",
            "epoch",
            "split",
            "auc",
            "auc_deviation",
            "auc_low",
            "auc_high",
            "acc",
            "acc_deviation",
            "acc_low",
            "acc_high",
            "seconds_per_epoch");

    private final StringBuilder text = new StringBuilder();

    private BenchmarkCsv() {}

    /** Returns the table. */
    public static String of(BenchmarkResults results) {
        BenchmarkCsv csv = new BenchmarkCsv();
        csv.line(COLUMNS.toArray());
        results.rows().forEach(csv::row);
        results.automatic().forEach(row -> row.scores().forEach(score -> csv.automatic(row, score)));
        results.set().ifPresent(set -> {
            PublishedRow.ofBenchmark().forEach(row -> csv.published("published", row, set));
            csv.published("study", PublishedRow.ofStudy(), set);
        });
        return csv.text.toString();
    }

    private void row(BenchmarkRow row) {
        for (String split : List.of("val", "test")) {
            for (ModelKind model : ModelKind.values()) {
                row.runs().forEach(run -> run(row, run, model, split));
                mean(row, model, split);
            }
        }
    }

    private void run(BenchmarkRow row, RunEvaluation run, ModelKind model, String split) {
        RunEvaluation.Score score = run.score(model, split);
        Bootstrap intervals = score.intervals();
        line(
                "run",
                row.net().name(),
                row.method(),
                row.info().settings().recipe().flag(),
                row.info().settings().epochs(),
                row.runs().size(),
                run.member(),
                model.label(),
                run.epoch(model),
                split,
                score.metrics().auc(),
                "",
                intervals.auc().map(Bootstrap.Interval::low).orElse(Double.NaN),
                intervals.auc().map(Bootstrap.Interval::high).orElse(Double.NaN),
                score.accuracy(),
                "",
                intervals.accuracy().low(),
                intervals.accuracy().high(),
                row.secondsPerEpoch());
    }

    private void mean(BenchmarkRow row, ModelKind model, String split) {
        Spread auc = row.auc(model, split);
        Spread accuracy = row.accuracy(model, split);
        line(
                "mean",
                row.net().name(),
                row.method(),
                row.info().settings().recipe().flag(),
                row.info().settings().epochs(),
                row.runs().size(),
                "",
                model.label(),
                "",
                split,
                auc.mean(),
                auc.deviation(),
                "",
                "",
                accuracy.mean(),
                accuracy.deviation(),
                "",
                "",
                row.secondsPerEpoch());
    }

    private void automatic(AutomaticRow row, RunEvaluation.Score score) {
        Bootstrap intervals = score.intervals();
        line(
                row.kind().name().toLowerCase(Locale.ROOT),
                Csv.field(row.name()),
                row.kind().method(),
                "",
                "",
                1,
                "",
                score.model().label(),
                "",
                score.split(),
                score.metrics().auc(),
                "",
                intervals.auc().map(Bootstrap.Interval::low).orElse(Double.NaN),
                intervals.auc().map(Bootstrap.Interval::high).orElse(Double.NaN),
                score.accuracy(),
                "",
                intervals.accuracy().low(),
                intervals.accuracy().high(),
                "");
    }

    private void published(String kind, PublishedRow row, DatasetInfo set) {
        Metrics figures = row.on(set);
        line(
                kind,
                row.net() == null ? "" : row.net(),
                row.method(),
                "",
                "",
                "",
                "",
                "",
                "",
                "test",
                figures.auc(),
                "",
                "",
                "",
                figures.accuracy(),
                "",
                "",
                "",
                "");
    }

    /** Appends a line; NaN becomes an empty field. No name of a method or net contains a comma or a quote. */
    private void line(Object... fields) {
        for (int i = 0; i < fields.length; i++) {
            text.append(i == 0 ? "" : ",")
                    .append(fields[i] instanceof Double number && number.isNaN() ? "" : fields[i]);
        }
        text.append('\n');
    }
}
