package dev.voxgrad.medmnist.report;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

import dev.voxgrad.medmnist.ensemble.Combination;
import dev.voxgrad.medmnist.ensemble.Ensemble;
import dev.voxgrad.medmnist.ensemble.Evaluation;
import dev.voxgrad.medmnist.ensemble.ModelLibrary;
import dev.voxgrad.medmnist.metrics.Bootstrap;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.train.settings.CrossValidation;

/**
 * Writes the ensemble of several runs, or of runs with baselines, as one page of HTML, which requires no network and no
 * JavaScript: results next to published ones, what the baselines add, what was fitted, and every model alone.
 */
public final class LibraryReport {
    private final Html html = new Html();
    private final ModelLibrary library;
    private final Evaluation evaluation;
    private final Subject subject;

    private LibraryReport(ModelLibrary library, Evaluation evaluation) {
        this.library = library;
        this.evaluation = evaluation;
        this.subject = new Subject(library.first().model().run(), evaluation, History.NONE);
    }

    /**
     * Returns the page. The same runs, baselines and settings give the same page to the byte.
     *
     * @param out the folder of the results, for the command that repeats them
     */
    public static String html(ModelLibrary library, Evaluation evaluation, Path out) {
        LibraryReport report = new LibraryReport(library, evaluation);
        report.write(out);
        return report.html.toString();
    }

    private void write(Path out) {
        RunReport.openPage(html, subject.data().name() + ", " + subject.split().name() + " split");
        writeTitle();
        ResultsSection.write(html, subject);
        writeGains();
        FitSection.write(html, subject);
        CurvesSection.write(html, subject);
        ClassesSection.write(html, subject);
        CalibrationSection.write(html, subject);
        writeModels();
        html.open("section").element("h2", "How to reproduce");
        html.element(
                        "pre",
                        CommandLines.ensemble(library, out, subject.split().name(), evaluation.settings()),
                        "tabindex",
                        "0")
                .close();
        RunReport.closePage(html);
    }

    private void writeTitle() {
        html.open("header").element("h1", subject.data().title());
        html.element(
                "p",
                "Ensemble of " + counted(library.members(), "member") + " of "
                        + counted(library.runs().size(), "run")
                        + library.baselines().stream()
                                .map(baseline -> " and the baseline " + baseline.name())
                                .collect(Collectors.joining())
                        + " on the " + subject.split().name() + " split, "
                        + subject.split().size() + " volumes"
                        + subject.split().blankNote() + ". " + subject.data().description());
        if (subject.data().synthetic()) {
            html.element(
                    "p",
                    "SYNTHETIC: these volumes were made by code. The figures say nothing about medicine.",
                    "class",
                    "notice");
        }
        CrossValidation folds = library.first().model().info().crossValidation();
        if (folds != null) {
            html.element(
                    "p", "Cross-validation: the members were trained on " + folds.words() + ".", "class", "notice");
        }
        html.element("p", "For research; not for clinical use.", "class", "small")
                .close();
    }

    private static String counted(int count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }

    /** Writes the ensemble with and without baselines, and the intervals of the differences. */
    private void writeGains() {
        if (evaluation.netsAlone().isEmpty()) {
            return;
        }
        Combination with = evaluation.weighted();
        Evaluation alone = evaluation.netsAlone().get();
        Combination without = alone.weighted();
        Bootstrap differences = evaluation.baselineDifferences(subject.seed()).orElseThrow();
        html.open("section").element("h2", "What the baselines add");
        Table table = Table.open(
                html,
                "Weighted ensemble on the " + subject.split().name() + " split, with 95 % intervals",
                "Ensemble",
                "AUC",
                "AUC interval",
                "ACC",
                "ACC interval");
        writeGain(table, "with", with.metrics(), with.intervals(subject.ensemble(), subject.seed()));
        writeGain(table, "without", without.metrics(), without.intervals(alone.ensemble(), subject.seed()));
        table.strong(
                "difference",
                Numbers.signed(with.metrics().auc() - without.metrics().auc()),
                signed(differences.auc()),
                Numbers.signed(with.metrics().accuracy() - without.metrics().accuracy()),
                signed(Optional.of(differences.accuracy())));
        table.close();
        html.element(
                        "p",
                        "The intervals of the differences are paired: each resample has the same volumes for both. "
                                + "What is fitted is fitted again without the baselines. A baseline enters with the "
                                + "logarithms of its probabilities, those below " + Ensemble.Baseline.FLOOR
                                + " raised to that value, as if they were the logits of a net.",
                        "class",
                        "small")
                .close();
    }

    private static void writeGain(Table table, String name, Metrics metrics, Bootstrap intervals) {
        table.row(
                name,
                Numbers.three(metrics.auc()),
                Numbers.interval(intervals.auc()),
                Numbers.three(metrics.accuracy()),
                Numbers.interval(Optional.of(intervals.accuracy())));
    }

    private static String signed(Optional<Bootstrap.Interval> interval) {
        return interval.map(found -> Numbers.signed(found.low()) + " to " + Numbers.signed(found.high()))
                .orElse(Numbers.NONE);
    }

    private void writeModels() {
        html.open("section").element("h2", "Every model alone");
        Table table = Table.open(
                html,
                "On the " + subject.split().name() + " split",
                "Model",
                "Kind",
                "Weight",
                "AUC",
                "AUC interval",
                "ACC",
                "ACC interval");
        Ensemble ensemble = subject.ensemble();
        for (Ensemble.Model model : ensemble.models()) {
            double weight = subject.weights().of(model.position(), model.kind());
            writeModel(table, List.of(model.name(), model.kind().label()), weight, ensemble.scores(model));
        }
        for (int b = 0; b < ensemble.baselines().size(); b++) {
            Ensemble.Baseline baseline = ensemble.baselines().get(b);
            writeModel(
                    table,
                    List.of(baseline.name(), "baseline"),
                    subject.weights().ofBaseline(b),
                    ensemble.scores(baseline));
        }
        table.close();
        html.close();
    }

    private void writeModel(Table table, List<String> names, double weight, double[][] scores) {
        Metrics metrics = subject.ensemble().metrics(scores);
        Bootstrap intervals = subject.ensemble().intervals(scores, subject.seed());
        table.row(
                names.get(0),
                names.get(1),
                Numbers.three(weight),
                Numbers.three(metrics.auc()),
                Numbers.interval(intervals.auc()),
                Numbers.three(metrics.accuracy()),
                Numbers.interval(Optional.of(intervals.accuracy())));
    }
}
