package dev.voxgrad.medmnist.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

import dev.voxgrad.medmnist.metrics.Bootstrap;
import dev.voxgrad.medmnist.metrics.OneVsRest;
import dev.voxgrad.medmnist.metrics.RocCurve;

/** Writes a comparison of runs as one page of HTML, which requires no network and no JavaScript. */
public final class ComparisonPage {
    private final Html html = new Html();
    private final Comparison comparison;

    private ComparisonPage(Comparison comparison) {
        this.comparison = comparison;
    }

    /** Returns the page. The same runs give the same page to the byte. */
    public static String html(Comparison comparison) {
        ComparisonPage page = new ComparisonPage(comparison);
        page.write();
        return page.html.toString();
    }

    private void write() {
        String title = "Comparison of " + comparison.runs().size() + " runs";
        RunReport.openPage(html, title);
        html.open("header").element("h1", title);
        html.element("p", "For research; not for clinical use.", "class", "small")
                .close();
        html.open("section").element("h2", "Results");
        writeTable("Weighted ensembles on the " + comparison.split() + " split", comparison.results());
        comparison.notes().forEach(note -> html.element("p", note, "class", "small"));
        html.open("div", "class", "charts");
        writeDifferences(
                "AUC minus that of the first run",
                Bootstrap::auc,
                run -> run.metrics().auc());
        writeDifferences(
                "Accuracy minus that of the first run",
                intervals -> Optional.of(intervals.accuracy()),
                run -> run.metrics().accuracy());
        html.close().close();
        writeSettings();
        writeLearning();
        writeRoc();
        RunReport.closePage(html);
    }

    private void writeTable(String caption, List<List<String>> rows) {
        Table table = Table.open(html, caption, rows.getFirst().toArray(String[]::new));
        for (List<String> row : rows.subList(1, rows.size())) {
            table.row(row.getFirst(), row.subList(1, row.size()).toArray(String[]::new));
        }
        table.close();
    }

    /** Chooses one of the two intervals. */
    @FunctionalInterface
    private interface Choice {
        Optional<Bootstrap.Interval> of(Bootstrap intervals);
    }

    private void writeDifferences(String title, Choice choice, ToDoubleFunction<ComparedRun> figure) {
        IntervalChart chart = new IntervalChart(title, "difference");
        double first = figure.applyAsDouble(comparison.runs().getFirst());
        boolean any = false;
        for (ComparedRun run : comparison.runs()) {
            Optional<Bootstrap.Interval> interval = comparison.differences(run).flatMap(choice::of);
            if (interval.isPresent()) {
                chart.add(run.name(), figure.applyAsDouble(run) - first, interval, true);
                any = true;
            }
        }
        if (any) {
            chart.write(html);
        }
    }

    private void writeSettings() {
        List<List<String>> settings = comparison.settings();
        html.open("section").element("h2", "Settings that differ");
        if (settings.size() == 1) {
            html.element("p", "None.");
        } else {
            writeTable("Fields of run.json", settings);
        }
        html.close();
    }

    /** Draws the curves of the runs over one another, each the mean over the run's members. */
    private void writeLearning() {
        html.open("section").element("h2", "Learning curves").open("div", "class", "charts");
        writeMean("Validation AUC", History.Epoch::auc);
        writeMean("Validation ACC", History.Epoch::accuracy);
        writeMean("Training loss", History.Epoch::trainLoss);
        html.close();
        html.element("p", "Mean over a run's members, up to the last epoch that all of them have.", "class", "small")
                .close();
    }

    private void writeMean(String title, ToDoubleFunction<History.Epoch> value) {
        List<double[]> curves = new ArrayList<>();
        int longest = 1;
        for (ComparedRun run : comparison.runs()) {
            double[] mean = mean(run.history(), value);
            curves.add(mean);
            longest = Math.max(longest, mean.length);
        }
        LineChart chart = new LineChart(
                title,
                Axis.counting("epoch", longest),
                Axis.over(title, curves.stream().flatMapToDouble(Arrays::stream).toArray()));
        for (int i = 0; i < curves.size(); i++) {
            double[] epochs = new double[curves.get(i).length];
            Arrays.setAll(epochs, epoch -> epoch + 1);
            chart.line(comparison.runs().get(i).name(), epochs, curves.get(i));
        }
        chart.write(html);
    }

    private static double[] mean(History history, ToDoubleFunction<History.Epoch> value) {
        int epochs =
                history.members().values().stream().mapToInt(List::size).min().orElse(0);
        double[] mean = new double[epochs];
        for (int epoch = 0; epoch < epochs; epoch++) {
            int at = epoch;
            mean[epoch] = history.members().values().stream()
                    .mapToDouble(member -> value.applyAsDouble(member.get(at)))
                    .average()
                    .orElse(Double.NaN);
        }
        return mean;
    }

    /** Draws a ROC chart for each class, or one for two classes, with a line for each run that has the class. */
    private void writeRoc() {
        html.open("section").element("h2", "ROC curves").open("div", "class", "charts");
        ComparedRun first = comparison.runs().getFirst();
        for (OneVsRest question : questions(first)) {
            LineChart chart = new LineChart(
                            question.name(), Axis.unit("false positive rate"), Axis.unit("true positive rate"))
                    .guide(0, 0, 1, 1);
            for (ComparedRun run : comparison.runs()) {
                questions(run).stream()
                        .filter(other -> other.name().equals(question.name()))
                        .findFirst()
                        .ifPresent(same -> addRoc(chart, run, same));
            }
            chart.write(html);
        }
        html.close().close();
    }

    private static List<OneVsRest> questions(ComparedRun run) {
        return OneVsRest.of(
                        run.evaluation().ensemble().data(),
                        run.evaluation().ensemble().split(),
                        run.scores())
                .stream()
                .filter(OneVsRest::isDefined)
                .toList();
    }

    private static void addRoc(LineChart chart, ComparedRun run, OneVsRest question) {
        RocCurve curve = RocCurve.of(question.positive(), question.scores());
        chart.line(
                run.name() + ", AUC " + Numbers.three(curve.area()),
                curve.falsePositiveRate(),
                curve.truePositiveRate());
    }
}
