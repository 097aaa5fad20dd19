package dev.voxgrad.medmnist.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.voxgrad.medmnist.data.DatasetInfo;
import dev.voxgrad.medmnist.metrics.Bootstrap;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.metrics.Spread;
import dev.voxgrad.medmnist.run.ModelKind;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

/**
 * Lays out a benchmark's results as tables: the test split next to the published figures, the validation split, every
 * single run with its intervals, and how the rows were trained.
 */
public final class BenchmarkTables {
    /** Stands for a figure that does not exist. */
    static final String NONE = "–";

    /** Marks the rows of a baseline and a search. */
    static final String MARK = "*";

    private static final String TEST = "test";
    private static final String VAL = "val";
    /** The heading of columns that need published figures. */
    private static final String PUBLISHED = "publ.";

    private final BenchmarkResults results;
    private final Optional<DatasetInfo> set;

    private BenchmarkTables(BenchmarkResults results) {
        this.results = results;
        this.set = results.set();
    }

    /** Returns all tables, the most important first. */
    public static List<Grid> of(BenchmarkResults results) {
        BenchmarkTables tables = new BenchmarkTables(results);
        List<Grid> all = new ArrayList<>(List.of(tables.test(), tables.validation(), tables.singleRuns()));
        if (!results.rows().isEmpty()) {
            all.add(tables.training());
        }
        return all;
    }

    /** Returns the table of the test split: rows in the order of the published table, then the others. */
    private Grid test() {
        List<Grid.Line> lines = new ArrayList<>();
        if (set.isPresent()) {
            for (PublishedRow row : PublishedRow.ofBenchmark()) {
                lines.add(trained(row)
                        .map(this::test)
                        .or(() -> results.automatic(row).map(own -> test(own, Optional.of(row.on(set.orElseThrow())))))
                        .orElseGet(() -> publishedOnly(row)));
            }
            lines.add(publishedOnly(PublishedRow.ofStudy()));
        } else {
            results.automatic().forEach(own -> lines.add(test(own, Optional.empty())));
        }
        results.rows().stream()
                .filter(row -> set.isEmpty() || row.published().isEmpty())
                .forEach(row -> lines.add(test(row)));
        return grid(
                "Test split, mean ± deviation over runs" + (set.isPresent() ? ", next to the published figure" : ""),
                List.of(
                        "Method",
                        "Runs",
                        "Epochs",
                        "AUC last",
                        "AUC best",
                        PUBLISHED,
                        "ACC last",
                        "ACC best",
                        PUBLISHED),
                lines);
    }

    private Optional<BenchmarkRow> trained(PublishedRow published) {
        return results.rows().stream()
                .filter(row -> row.net().name().equals(published.net()))
                .findFirst();
    }

    private Grid.Line test(BenchmarkRow row) {
        Optional<Metrics> published = published(row);
        return new Grid.Line(
                false,
                List.of(
                        row.method(),
                        runs(row),
                        epochs(row),
                        text(row.auc(ModelKind.LAST, TEST)),
                        text(row.auc(ModelKind.BEST, TEST)),
                        published.map(figures -> three(figures.auc())).orElse(NONE),
                        text(row.accuracy(ModelKind.LAST, TEST)),
                        text(row.accuracy(ModelKind.BEST, TEST)),
                        published.map(figures -> three(figures.accuracy())).orElse(NONE)));
    }

    /** Returns the line of a baseline or a search, in the row of a published method. */
    private static Grid.Line test(AutomaticRow row, Optional<Metrics> published) {
        return new Grid.Line(
                false,
                List.of(
                        name(row),
                        "1",
                        NONE,
                        auc(row, ModelKind.LAST, TEST),
                        auc(row, ModelKind.BEST, TEST),
                        published.map(figures -> three(figures.auc())).orElse(NONE),
                        accuracy(row, ModelKind.LAST, TEST),
                        accuracy(row, ModelKind.BEST, TEST),
                        published.map(figures -> three(figures.accuracy())).orElse(NONE)));
    }

    /** Returns the name of a published method with the mark of what stands in its row. */
    static String name(AutomaticRow row) {
        return row.kind().method() + MARK;
    }

    private static String auc(AutomaticRow row, ModelKind model, String split) {
        return row.score(model, split)
                .map(score -> three(score.metrics().auc()))
                .orElse(NONE);
    }

    private static String accuracy(AutomaticRow row, ModelKind model, String split) {
        return row.score(model, split).map(score -> three(score.accuracy())).orElse(NONE);
    }

    private Grid.Line publishedOnly(PublishedRow row) {
        Metrics figures = row.on(set.orElseThrow());
        return new Grid.Line(
                true,
                List.of(
                        row.method(),
                        NONE,
                        NONE,
                        NONE,
                        NONE,
                        three(figures.auc()),
                        NONE,
                        NONE,
                        three(figures.accuracy())));
    }

    /** Returns the published figures of a row on this set. */
    private Optional<Metrics> published(BenchmarkRow row) {
        return set.flatMap(official -> row.published().map(published -> published.on(official)));
    }

    private Grid validation() {
        return new Grid(
                "Validation split, which chooses the best epoch",
                List.of("Method", "Runs", "AUC last", "AUC best", "ACC last", "ACC best"),
                Stream.concat(
                                results.rows().stream().map(BenchmarkTables::validation),
                                results.automatic().stream().map(BenchmarkTables::validation))
                        .toList());
    }

    private static Grid.Line validation(BenchmarkRow row) {
        return new Grid.Line(
                false,
                List.of(
                        row.method(),
                        runs(row),
                        text(row.auc(ModelKind.LAST, VAL)),
                        text(row.auc(ModelKind.BEST, VAL)),
                        text(row.accuracy(ModelKind.LAST, VAL)),
                        text(row.accuracy(ModelKind.BEST, VAL))));
    }

    private static Grid.Line validation(AutomaticRow row) {
        return new Grid.Line(
                false,
                List.of(
                        name(row),
                        "1",
                        auc(row, ModelKind.LAST, VAL),
                        auc(row, ModelKind.BEST, VAL),
                        accuracy(row, ModelKind.LAST, VAL),
                        accuracy(row, ModelKind.BEST, VAL)));
    }

    private Grid singleRuns() {
        List<Grid.Line> lines = new ArrayList<>();
        for (BenchmarkRow row : results.rows()) {
            for (RunEvaluation run : row.runs()) {
                for (ModelKind model : ModelKind.values()) {
                    lines.add(singleRun(row, run, model));
                }
            }
        }
        for (AutomaticRow row : results.automatic()) {
            for (ModelKind model : ModelKind.values()) {
                row.score(model, TEST).ifPresent(score -> lines.add(single(row, model, score)));
            }
        }
        return grid(
                "Single runs on the test split, with 95 % intervals"
                        + (set.isPresent() ? ", and where the published figure is" : ""),
                List.of("Row and run", "model", "epoch", "AUC", "interval", PUBLISHED, "ACC", "interval", PUBLISHED),
                lines);
    }

    private Grid.Line singleRun(BenchmarkRow row, RunEvaluation run, ModelKind model) {
        return single(
                row.net().name() + " " + run.member(),
                model,
                String.valueOf(run.epoch(model)),
                run.score(model, TEST),
                published(row));
    }

    private Grid.Line single(AutomaticRow row, ModelKind model, RunEvaluation.Score score) {
        Optional<Metrics> published = set.flatMap(official -> PublishedRow.ofBenchmark().stream()
                .filter(method -> method.method().equals(row.kind().method()))
                .findFirst()
                .map(method -> method.on(official)));
        return single(name(row), model, NONE, score, published);
    }

    private static Grid.Line single(
            String name, ModelKind model, String epoch, RunEvaluation.Score score, Optional<Metrics> published) {
        Bootstrap intervals = score.intervals();
        return new Grid.Line(
                false,
                List.of(
                        name,
                        model.label(),
                        epoch,
                        three(score.metrics().auc()),
                        intervals.auc().map(Bootstrap.Interval::toText).orElse(NONE),
                        position(published.map(Metrics::auc), intervals.auc()),
                        three(score.accuracy()),
                        intervals.accuracy().toText(),
                        position(published.map(Metrics::accuracy), Optional.of(intervals.accuracy()))));
    }

    /** Returns a table, for sets without published figures without their columns. */
    private Grid grid(String title, List<String> headings, List<Grid.Line> lines) {
        return new Grid(
                title,
                kept(headings, headings),
                lines.stream()
                        .map(line -> new Grid.Line(line.published(), kept(headings, line.cells())))
                        .toList());
    }

    private List<String> kept(List<String> headings, List<String> cells) {
        return IntStream.range(0, cells.size())
                .filter(i -> set.isPresent() || !headings.get(i).equals(PUBLISHED))
                .mapToObj(cells::get)
                .toList();
    }

    /** Returns where the published figure is: within the interval, above or below it. */
    static String position(Optional<Double> published, Optional<Bootstrap.Interval> interval) {
        if (published.isEmpty() || interval.isEmpty()) {
            return NONE;
        }
        double figure = published.get();
        return figure < interval.get().low() ? "below" : figure > interval.get().high() ? "above" : "within";
    }

    private Grid training() {
        return new Grid(
                "How the rows were trained",
                List.of("Row", "recipe", "runs", "epochs", "batch", "time per epoch"),
                results.rows().stream().map(this::training).toList());
    }

    private Grid.Line training(BenchmarkRow row) {
        TrainSettings settings = row.info().settings();
        return new Grid.Line(
                false,
                List.of(
                        row.net().name(),
                        settings.recipe().flag(),
                        runs(row),
                        epochs(row),
                        String.valueOf(settings.batchSize()),
                        duration(row.secondsPerEpoch())));
    }

    /** Returns the number of finished runs, and of how many if some are not finished. */
    private static String runs(BenchmarkRow row) {
        int all = row.info().settings().models();
        return row.runs().size() == all ? String.valueOf(all) : row.runs().size() + "/" + all;
    }

    private static String epochs(BenchmarkRow row) {
        return String.valueOf(row.info().settings().epochs());
    }

    /** Returns mean and deviation; for one run, only its figure. */
    static String text(Spread spread) {
        return three(spread.mean()) + (Double.isNaN(spread.deviation()) ? "" : " ± " + three(spread.deviation()));
    }

    static String three(double value) {
        return Double.isNaN(value) ? NONE : String.format(Locale.ROOT, "%.3f", value);
    }

    static String duration(double seconds) {
        if (Double.isNaN(seconds)) {
            return NONE;
        }
        return seconds < 120
                ? String.format(Locale.ROOT, "%.1f s", seconds)
                : String.format(Locale.ROOT, "%.1f min", seconds / 60);
    }
}
