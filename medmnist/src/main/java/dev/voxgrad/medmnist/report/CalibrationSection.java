package dev.voxgrad.medmnist.report;

import java.util.List;

import dev.voxgrad.medmnist.ensemble.Answer;
import dev.voxgrad.medmnist.metrics.Calibration;

/** Writes whether the weighted ensemble is right as often as its confidence says. */
final class CalibrationSection {
    private CalibrationSection() {}

    static void write(Html html, Subject subject) {
        List<Answer> answers = Answer.of(subject.data(), subject.split(), subject.scores());
        boolean multiLabel = subject.split().isMultiLabel();
        LineChart chart = new LineChart(
                        "Reliability",
                        Axis.unit("mean confidence in the answer"),
                        Axis.unit("share of correct answers"))
                .guide(0, 0, 1, 1);
        html.open("section").element("h2", "Calibration").open("div", "class", "charts");
        if (multiLabel) {
            for (int label = 0; label < subject.data().classes(); label++) {
                int asked = label;
                add(
                        chart,
                        subject.data().labelNames().get(label),
                        Answer.calibration(answers.stream()
                                .filter(answer -> answer.asked() == asked)
                                .toList()));
            }
        } else {
            add(chart, "weighted ensemble", Answer.calibration(answers));
        }
        chart.write(html);
        html.open("div");
        Calibration all = Answer.calibration(answers);
        html.element(
                "p",
                "Expected calibration error" + (multiLabel ? " over all labels: " : ": ")
                        + Numbers.three(all.expectedError()));
        writeBins(html, all);
        html.close().close();
        html.element(
                        "p",
                        "Answers are sorted into " + Calibration.BINS + " bins of equal width by the probability that "
                                + "the ensemble gave them. Below the grey line, it is overconfident. The error, ECE, "
                                + "is the mean "
                                + "distance from that line, with each bin weighted by its number of answers; bins "
                                + "with few answers "
                                + "say little.",
                        "class",
                        "small")
                .close();
    }

    private static void add(LineChart chart, String name, Calibration calibration) {
        List<Calibration.Bin> filled =
                calibration.bins().stream().filter(bin -> bin.samples() > 0).toList();
        chart.dotted(
                name + ", ECE " + Numbers.three(calibration.expectedError()),
                filled.stream().mapToDouble(Calibration.Bin::confidence).toArray(),
                filled.stream().mapToDouble(Calibration.Bin::accuracy).toArray());
    }

    private static void writeBins(Html html, Calibration calibration) {
        Table table = Table.open(html, "Bins with answers", "Confidence", "Answers", "Mean confidence", "Correct");
        for (int b = 0; b < Calibration.BINS; b++) {
            Calibration.Bin bin = calibration.bins().get(b);
            if (bin.samples() > 0) {
                table.row(
                        Numbers.three((double) b / Calibration.BINS) + " to "
                                + Numbers.three((b + 1.0) / Calibration.BINS),
                        String.valueOf(bin.samples()),
                        Numbers.three(bin.confidence()),
                        Numbers.three(bin.accuracy()));
            }
        }
        table.close();
    }
}
