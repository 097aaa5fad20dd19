package dev.voxgrad.medmnist.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.metrics.ClassFigures;
import dev.voxgrad.medmnist.metrics.ConfusionMatrix;
import dev.voxgrad.medmnist.metrics.MatthewsCorrelation;
import dev.voxgrad.medmnist.metrics.OneVsRest;

/** Writes the confusion matrix of the weighted ensemble, and how well it separates each class or label. */
final class ClassesSection {
    private ClassesSection() {}

    static void write(Html html, Subject subject) {
        boolean multiLabel = subject.data().task() == Task.MULTI_LABEL;
        html.open("section").element("h2", multiLabel ? "Labels" : "Confusion matrix and classes");
        List<ClassFigures> figures = new ArrayList<>();
        if (multiLabel) {
            OneVsRest.of(subject.data(), subject.split(), subject.scores())
                    .forEach(question -> figures.add(question.figures()));
        } else {
            ConfusionMatrix matrix = ConfusionMatrix.of(
                    subject.data().task(),
                    subject.data().labelNames(),
                    subject.split().labels(),
                    subject.scores());
            writeMatrix(html, matrix);
            for (int c = 0; c < matrix.counts().length; c++) {
                figures.add(ClassFigures.of(matrix, c));
            }
            html.element(
                    "p",
                    "Correct: " + Numbers.percent(matrix.accuracy()) + ". Matthews correlation over all "
                            + "classes (Gorodkin's R_K): " + Numbers.three(MatthewsCorrelation.of(matrix.counts()))
                            + ".");
        }
        writeFigures(html, subject.data().labelNames(), figures, multiLabel);
        html.element(
                "p",
                "Sensitivity: share of the class that is found. Specificity: share of the rest that is "
                        + "predicted as the rest. Precision: share of correct predictions of the class. F1: harmonic "
                        + "mean of "
                        + "precision and sensitivity. MCC: Matthews correlation of the class against the rest, from "
                        + "−1 to 1, "
                        + "0 for guesses. A dash: not defined, such as the precision of a class that is never "
                        + "predicted.",
                "class",
                "small");
        html.close();
    }

    private static void writeMatrix(Html html, ConfusionMatrix matrix) {
        String caption = "Volumes of each true class (rows) by predicted class (columns)";
        html.open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", caption);
        html.open("table", "class", "matrix")
                .element("caption", caption)
                .open("thead")
                .open("tr");
        html.element("th", "true \\ predicted", "scope", "col");
        matrix.labelNames().forEach(name -> html.element("th", name, "scope", "col"));
        html.close().close().open("tbody");
        for (int truth = 0; truth < matrix.counts().length; truth++) {
            int[] row = matrix.counts()[truth];
            int all = Math.max(1, Arrays.stream(row).sum());
            html.open("tr").element("th", matrix.labelNames().get(truth), "scope", "row");
            for (int c = 0; c < row.length; c++) {
                html.element(
                        "td",
                        String.valueOf(row[c]),
                        "class",
                        c == truth ? "hit" : "miss",
                        "style",
                        String.format(Locale.ROOT, "--share:%.3f", (double) row[c] / all));
            }
            html.close();
        }
        html.close().close().close();
    }

    private static void writeFigures(Html html, List<String> names, List<ClassFigures> figures, boolean multiLabel) {
        Table table = Table.open(
                html,
                multiLabel ? "Each label, predicted if its score is above 0.5" : "Each class against the rest",
                multiLabel ? "Label" : "Class",
                "Volumes",
                "Found",
                "Missed",
                "False alarms",
                "Sensitivity",
                "Specificity",
                "Precision",
                "F1",
                "MCC");
        for (int c = 0; c < figures.size(); c++) {
            ClassFigures figure = figures.get(c);
            table.row(
                    names.get(c),
                    String.valueOf(figure.samples()),
                    String.valueOf(figure.truePositives()),
                    String.valueOf(figure.falseNegatives()),
                    String.valueOf(figure.falsePositives()),
                    Numbers.three(figure.sensitivity()),
                    Numbers.three(figure.specificity()),
                    Numbers.three(figure.precision()),
                    Numbers.three(figure.f1()),
                    Numbers.three(figure.matthews()));
        }
        table.close();
    }
}
