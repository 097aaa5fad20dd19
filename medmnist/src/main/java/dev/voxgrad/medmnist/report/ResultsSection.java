package dev.voxgrad.medmnist.report;

import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

import dev.voxgrad.medmnist.benchmark.PublishedRow;
import dev.voxgrad.medmnist.data.DatasetInfo;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.source.OfficialSet;
import dev.voxgrad.medmnist.ensemble.Combination;
import dev.voxgrad.medmnist.ensemble.Ensemble;
import dev.voxgrad.medmnist.metrics.Bootstrap;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.metrics.Spread;
import dev.voxgrad.medmnist.metrics.UndefinedAuc;
import dev.voxgrad.medmnist.run.ModelKind;
import dev.voxgrad.medmnist.train.Predictor;

/** Writes AUC and accuracy of the run with their intervals, above the published rows of the same data set. */
final class ResultsSection {
    private static final String PUBLISHED = "published";

    private final Html html;
    private final Subject subject;
    private final Table table;
    private final Optional<UndefinedAuc> undefined;
    private final IntervalChart chart = new IntervalChart("AUC, with the 95 % interval where it is known", "AUC");

    private ResultsSection(Html html, Subject subject, Table table) {
        this.html = html;
        this.subject = subject;
        this.table = table;
        this.undefined = UndefinedAuc.of(subject.data(), subject.split(), subject.scores());
    }

    static void write(Html html, Subject subject) {
        html.open("section").element("h2", "Results").open("div", "class", "pair");
        Table table = Table.open(
                html,
                "AUC and accuracy on the " + subject.split().name() + " split, with 95 % intervals",
                "Model",
                "AUC",
                "ACC",
                "AUC interval",
                "ACC interval");
        ResultsSection section = new ResultsSection(html, subject, table);
        section.writeOwnRows();
        Optional<OfficialSet> published = section.writePublishedRows();
        table.close();
        section.chart.write(html);
        html.close();
        section.writeNotes(published);
        html.close();
    }

    private void writeOwnRows() {
        int members = subject.ensemble().members();
        writeEnsemble(
                subject.name() + ", weighted ensemble", subject.evaluation().weighted(), true);
        writeEnsemble(
                subject.name() + ", uniform ensemble", subject.evaluation().uniform(), false);
        for (Ensemble.Baseline baseline : subject.ensemble().baselines()) {
            writeBaseline(baseline);
        }
        for (ModelKind kind : List.of(ModelKind.BEST, ModelKind.LAST)) {
            if (subject.models(kind).isEmpty()) {
                continue;
            }
            table.row(
                    "Single " + kind.label() + " models, mean" + (members > 1 ? " ± deviation" : ""),
                    spread(kind, Metrics::auc),
                    spread(kind, Metrics::accuracy),
                    Numbers.NONE,
                    Numbers.NONE);
        }
        if (!subject.split().isMultiLabel()) {
            table.row(
                    "Always the most frequent class",
                    undefined.isEmpty() ? "0.500" : Numbers.NONE,
                    Numbers.three(mostFrequent()),
                    Numbers.NONE,
                    Numbers.NONE);
        }
    }

    private void writeBaseline(Ensemble.Baseline baseline) {
        double[][] scores = subject.ensemble().scores(baseline);
        writeOwn(
                "Baseline " + baseline.name() + " alone",
                subject.ensemble().metrics(scores),
                subject.ensemble().intervals(scores, subject.seed()),
                false);
    }

    private void writeEnsemble(String name, Combination ensemble, boolean strong) {
        writeOwn(name, ensemble.metrics(), ensemble.intervals(subject.ensemble(), subject.seed()), strong);
    }

    private void writeOwn(String name, Metrics metrics, Bootstrap intervals, boolean strong) {
        table.styled(
                strong ? "strong" : "",
                name,
                Numbers.three(metrics.auc()),
                Numbers.three(metrics.accuracy()),
                Numbers.interval(intervals.auc()),
                Numbers.interval(Optional.of(intervals.accuracy())));
        chart.add(name, metrics.auc(), intervals.auc(), true);
    }

    private String spread(ModelKind kind, ToDoubleFunction<Metrics> figure) {
        return Numbers.spread(Spread.of(subject.models(kind).stream()
                .mapToDouble(model -> figure.applyAsDouble(subject.ensemble().metrics(model)))
                .toArray()));
    }

    private double mostFrequent() {
        Split split = subject.split();
        int[] counts = new int[subject.data().classes()];
        int most = 0;
        for (int label : split.labels()) {
            most = Math.max(most, ++counts[label]);
        }
        return (double) most / split.size();
    }

    /** Writes the published rows of an official set and returns the set; empty for other volumes and splits. */
    private Optional<OfficialSet> writePublishedRows() {
        if (!(subject.run().info().data() instanceof OfficialSet source)
                || !subject.split().name().equals("test")) {
            return Optional.empty();
        }
        writePublished(table, chart, DatasetInfo.byFlag(source.flag()));
        return Optional.of(source);
    }

    /** Writes the published rows of a set into a table and a chart. */
    static void writePublished(Table table, IntervalChart chart, DatasetInfo set) {
        writePublished(table, chart, PublishedRow.ofStudy(), set);
        PublishedRow.ofBenchmark().forEach(row -> writePublished(table, chart, row, set));
    }

    private static void writePublished(Table table, IntervalChart chart, PublishedRow row, DatasetInfo set) {
        Metrics figures = row.on(set);
        table.styled(
                PUBLISHED,
                row.method(),
                Numbers.three(figures.auc()),
                Numbers.three(figures.accuracy()),
                Numbers.NONE,
                Numbers.NONE);
        chart.add(row.method(), figures.auc(), Optional.empty(), false);
    }

    private void writeNotes(Optional<OfficialSet> published) {
        undefined.ifPresent(account ->
                html.element("p", "Weighted ensemble: " + account.footnote(Numbers.NONE), "class", "notice"));
        html.element(
                "p",
                "AUC and ACC are computed as MedMNIST does. An interval contains the middle 95 % of the values "
                        + "over " + Bootstrap.RESAMPLES + " bootstrap resamples of the volumes (seed "
                        + subject.seed() + "): how much the figure would vary with other volumes of "
                        + "the same kind, not with another training. A dash means that there is no interval. "
                        + "Deviations are over the members.",
                "class",
                "small");
        Predictor.Augmentation augmentation = subject.evaluation().settings().augmentation();
        if (augmentation.draws() > 0) {
            html.element(
                    "p",
                    "Test-time augmentation: each logit is the mean over the plain volume and "
                            + augmentation.draws() + " draws of '"
                            + augmentation.recipe().flag() + "', seed "
                            + augmentation.seed() + ", for single models as well as for ensembles.",
                    "class",
                    "small");
        }
        published.ifPresent(this::writeSources);
    }

    private void writeSources(OfficialSet source) {
        html.open("p", "class", "small")
                .text("Rows in italics are published, for volumes of 28³"
                        + (source.size() == 28 ? "" : ", whereas this run has volumes of " + source.size() + "³")
                        + ": ");
        html.element("a", PublishedRow.CITATION, "href", PublishedRow.ADDRESS)
                .text(". The row of the original study has another source: it is the published result of the ensemble "
                        + "that this program reproduces, 15 models trained for 500 epochs each ("
                        + PublishedRow.STUDY_CITATION + ").")
                .close();
    }
}
