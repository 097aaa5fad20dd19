package dev.voxgrad.medmnist.report;

import java.util.List;

import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.metrics.OneVsRest;
import dev.voxgrad.medmnist.metrics.PrecisionRecallCurve;
import dev.voxgrad.medmnist.metrics.RocCurve;

/** Writes ROC and precision-recall curves of the weighted ensemble, for each question of {@link OneVsRest}. */
final class CurvesSection {
    private CurvesSection() {}

    static void write(Html html, Subject subject) {
        List<OneVsRest> questions = OneVsRest.of(subject.data(), subject.split(), subject.scores()).stream()
                .filter(OneVsRest::isDefined)
                .toList();
        if (questions.isEmpty()) {
            html.open("section")
                    .element("h2", "ROC and precision-recall curves")
                    .element("p", "There are none: no class occurs in some volumes of the split but not in all.")
                    .close();
            return;
        }
        LineChart roc = new LineChart(
                        "ROC",
                        Axis.unit("false positive rate (1 − specificity)"),
                        Axis.unit("true positive rate (sensitivity)"))
                .guide(0, 0, 1, 1);
        LineChart recall =
                new LineChart("Precision and recall", Axis.unit("recall (sensitivity)"), Axis.unit("precision"));
        for (OneVsRest question : questions) {
            RocCurve curve = RocCurve.of(question.positive(), question.scores());
            roc.line(
                    question.name() + ", AUC " + Numbers.three(curve.area()),
                    curve.falsePositiveRate(),
                    curve.truePositiveRate());
            PrecisionRecallCurve steps = PrecisionRecallCurve.of(question.positive(), question.scores());
            recall.line(
                    question.name() + ", AP " + Numbers.three(steps.averagePrecision()),
                    steps.recall(),
                    steps.precision());
        }
        if (questions.size() == 1) {
            double share = share(questions.getFirst());
            recall.guide(0, share, 1, share);
        }
        html.open("section").element("h2", "ROC and precision-recall curves").open("div", "class", "charts");
        roc.write(html);
        recall.write(html);
        html.close();
        html.element(
                        "p",
                        explanation(subject.data().task(), questions) + " AP, average precision, is the area under "
                                + "the steps of precision over recall. Grey: the result of guessing.",
                        "class",
                        "small")
                .close();
    }

    private static double share(OneVsRest question) {
        int positives = 0;
        for (boolean positive : question.positive()) {
            positives += positive ? 1 : 0;
        }
        return (double) positives / question.positive().length;
    }

    private static String explanation(Task task, List<OneVsRest> questions) {
        return "Curves of the weighted ensemble. "
                + switch (task) {
                    case BINARY ->
                        "Positive is '" + questions.getFirst().name() + "', "
                                + Numbers.percent(share(questions.getFirst())) + " of the volumes.";
                    case MULTI_CLASS -> "Each class against all others; MedMNIST's AUC is their mean.";
                    case MULTI_LABEL -> "Each label alone; MedMNIST's AUC is their mean.";
                };
    }
}
