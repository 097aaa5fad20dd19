package dev.voxgrad.medmnist.report;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

import dev.voxgrad.medmnist.benchmark.AutomaticRow;
import dev.voxgrad.medmnist.benchmark.BenchmarkNotes;
import dev.voxgrad.medmnist.benchmark.BenchmarkResults;
import dev.voxgrad.medmnist.benchmark.BenchmarkRow;
import dev.voxgrad.medmnist.benchmark.BenchmarkTables;
import dev.voxgrad.medmnist.benchmark.Grid;
import dev.voxgrad.medmnist.benchmark.PublishedRow;
import dev.voxgrad.medmnist.benchmark.RunEvaluation;
import dev.voxgrad.medmnist.data.DatasetInfo;
import dev.voxgrad.medmnist.metrics.Bootstrap;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.run.ModelKind;
import dev.voxgrad.medmnist.text.ShellWords;

/** Writes the results of a benchmark as one page of HTML, which requires no network and no JavaScript. */
public final class BenchmarkPage {
    private final Html html = new Html();
    private final BenchmarkResults results;

    private BenchmarkPage(BenchmarkResults results) {
        this.results = results;
    }

    /** Returns the page. The same results give the same page to the byte. */
    public static String html(BenchmarkResults results) {
        BenchmarkPage page = new BenchmarkPage(results);
        page.write();
        return page.html.toString();
    }

    private void write() {
        String title = "Benchmark: " + results.dataName();
        RunReport.openPage(html, title);
        html.open("header").element("h1", title);
        html.element(
                        "p",
                        "Rows in italics are published and were not trained here. For research; not for clinical use.")
                .close();
        List<Grid> grids = BenchmarkTables.of(results);
        html.open("section").element("h2", "Results");
        grids.forEach(this::writeTable);
        html.close();
        html.open("section").element("h2", "Single runs and published figures").open("div", "class", "charts");
        writeChart(
                "AUC of the last models on the test split, with 95 % intervals", "AUC", Metrics::auc, Bootstrap::auc);
        writeChart(
                "Accuracy of the last models on the test split, with 95 % intervals",
                "ACC", Metrics::accuracy, intervals -> Optional.of(intervals.accuracy()));
        html.close().close();
        html.open("section").element("h2", "How to read it");
        BenchmarkNotes.of(results).forEach(note -> html.element("p", note, "class", "small"));
        html.element("p", "This page and its tables are written again, from what is finished, by:")
                .element("pre", "medmnist benchmark --show --out " + ShellWords.quote(results.folder()))
                .close();
        RunReport.closePage(html);
    }

    private void writeTable(Grid grid) {
        Table table = Table.open(html, grid.title(), grid.headings().toArray(String[]::new));
        for (Grid.Line line : grid.lines()) {
            List<String> cells = line.cells();
            table.styled(
                    line.published() ? "published" : "",
                    cells.getFirst(),
                    cells.subList(1, cells.size()).toArray(String[]::new));
        }
        table.close();
    }

    /** Writes a chart of all single runs, each row's after its published figure, and of the other published rows. */
    private void writeChart(
            String title,
            String label,
            ToDoubleFunction<Metrics> figure,
            Function<Bootstrap, Optional<Bootstrap.Interval>> interval) {
        IntervalChart chart = new IntervalChart(title, label);
        for (BenchmarkRow row : results.rows()) {
            row.published().ifPresent(published -> add(chart, published, figure));
            for (RunEvaluation run : row.runs()) {
                RunEvaluation.Score score = run.score(ModelKind.LAST, "test");
                chart.add(
                        row.method() + ", run " + run.member(),
                        figure.applyAsDouble(score.metrics()),
                        interval.apply(score.intervals()),
                        true);
            }
        }
        for (AutomaticRow row : results.automatic()) {
            for (RunEvaluation.Score score : row.scores()) {
                if (score.split().equals("test")) {
                    chart.add(
                            row.kind().method() + "*, " + row.name(),
                            figure.applyAsDouble(score.metrics()),
                            interval.apply(score.intervals()),
                            true);
                }
            }
        }
        PublishedRow.ofBenchmark().stream()
                .filter(published -> results.rows().stream()
                        .noneMatch(row -> row.net().name().equals(published.net())))
                .forEach(published -> add(chart, published, figure));
        add(chart, PublishedRow.ofStudy(), figure);
        chart.write(html);
    }

    private void add(IntervalChart chart, PublishedRow row, ToDoubleFunction<Metrics> figure) {
        Optional<DatasetInfo> set = results.set();
        set.ifPresent(official ->
                chart.add(row.method() + ", publ.", figure.applyAsDouble(row.on(official)), Optional.empty(), false));
    }
}
