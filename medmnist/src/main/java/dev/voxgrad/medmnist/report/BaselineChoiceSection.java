package dev.voxgrad.medmnist.report;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.baseline.BaselineInfo;
import dev.voxgrad.medmnist.baseline.selection.CandidateResult;
import dev.voxgrad.medmnist.baseline.selection.ChosenModel;
import dev.voxgrad.medmnist.baseline.selection.Figures;
import dev.voxgrad.medmnist.baseline.selection.Protocol;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.metrics.Bootstrap;
import dev.voxgrad.medmnist.metrics.FormulaIntervals;

/** Writes which models of a baseline were chosen and by which figures, and all candidates with theirs. */
final class BaselineChoiceSection {
    /** More candidates than this are not listed one by one. */
    private static final int MOST_CANDIDATES = 200;

    private final Html html;
    private final BaselineInfo info;
    private final Optional<int[]> labels;

    private BaselineChoiceSection(Html html, BaselineInfo info, Optional<int[]> labels) {
        this.html = html;
        this.info = info;
        this.labels = labels;
    }

    /**
     * Writes both tables.
     *
     * @param labels class of each volume that the candidates were compared on; empty if there are none, or several
     */
    static void write(Html html, BaselineInfo info, Optional<int[]> labels) {
        BaselineChoiceSection section = new BaselineChoiceSection(html, info, labels);
        section.writeChoice();
        section.writeCandidates();
    }

    private void writeChoice() {
        html.open("section").element("h2", "The choice");
        html.element("p", choiceWords());
        Table table = Table.open(
                html,
                "Chosen models, by weight",
                "Features and model",
                "Weight",
                "Log-loss, " + unseen(),
                "AUC, " + unseen(),
                "ACC, " + unseen());
        info.chosen().stream()
                .sorted(Comparator.comparingDouble(ChosenModel::weight).reversed())
                .forEach(chosen -> {
                    CandidateResult candidate = info.candidates().get(chosen.candidate());
                    writeFigures(table, "", candidate.name(), Numbers.three(chosen.weight()), candidate.figures());
                });
        writeFigures(table, "strong", "ensemble", Numbers.three(1), info.ensemble());
        if (info.crossFitted() != null) {
            writeFigures(table, "", "ensemble, chosen again without each fold", "", info.crossFitted());
        }
        table.close();
        if (info.crossFitted() != null) {
            html.element(
                    "p",
                    "The last row is free of the optimism of the choice: the ensemble is selected again without the "
                            + "volumes of each fold, and scored on them.",
                    "class",
                    "small");
        }
        html.close();
    }

    private String unseen() {
        return info.settings().folds() == 0 ? "held out" : "out of fold";
    }

    private String choiceWords() {
        return (info.settings().protocol() == Protocol.AUTOSKLEARN
                        ? "Chosen by accuracy on the third of train that was held out, as auto-sklearn does."
                        : "Chosen by the log-loss of out-of-fold predictions in "
                                + info.settings().folds() + " folds of train.")
                + " Val and test had no part in it. "
                + switch (info.settings().refit()) {
                    case NONE -> "The models were not fitted again afterwards.";
                    case TRAIN -> "The chosen models were then fitted to all of train.";
                    case ALL -> "The chosen models were then fitted to train and val together.";
                };
    }

    private static void writeFigures(Table table, String style, String name, String weight, Figures figures) {
        table.styled(
                style,
                name,
                weight,
                Numbers.three(figures.logLoss()),
                Numbers.three(auc(figures.auc())),
                Numbers.three(figures.accuracy()));
    }

    private static double auc(@Nullable Double auc) {
        return auc == null ? Double.NaN : auc;
    }

    private void writeCandidates() {
        html.open("section").element("h2", "All candidates");
        Table table = Table.open(
                html,
                "Candidates, the best log-loss first",
                "Features and model",
                "Log-loss, " + unseen(),
                "AUC, " + unseen(),
                "AUC interval",
                "ACC, " + unseen(),
                "ACC interval",
                "Seconds");
        info.candidates().stream()
                .sorted(Comparator.comparingDouble(
                        candidate -> candidate.figures().logLoss()))
                .limit(MOST_CANDIDATES)
                .forEach(candidate -> writeCandidate(table, candidate));
        table.close();

        html.element(
                        "p",
                        "Intervals of 95 %, of the accuracy by Wilson's formula (1927), of the AUC of two classes by "
                                + "the standard error of Hanley and McNeil (1982). They say how much a figure would "
                                + "vary with other volumes; candidates were scored on the same ones, so differences "
                                + "between them vary less."
                                + (info.candidates().size() > MOST_CANDIDATES
                                        ? " The other " + (info.candidates().size() - MOST_CANDIDATES)
                                                + " candidates are in baseline.json."
                                        : ""),
                        "class",
                        "small")
                .close();
    }

    private void writeCandidate(Table table, CandidateResult candidate) {
        Figures figures = candidate.figures();
        table.row(
                candidate.name(),
                Numbers.three(figures.logLoss()),
                Numbers.three(auc(figures.auc())),
                Numbers.interval(aucInterval(figures)),
                Numbers.three(figures.accuracy()),
                Numbers.interval(labels.map(each -> FormulaIntervals.ofShare(figures.accuracy(), each.length))),
                Numbers.three(candidate.seconds()));
    }

    /** Returns the interval of an AUC of two classes. */
    private Optional<Bootstrap.Interval> aucInterval(Figures figures) {
        return labels.filter(each -> info.task() == Task.BINARY && figures.auc() != null)
                .map(each -> {
                    int positives = (int)
                            Arrays.stream(each).filter(label -> label == 1).count();
                    return FormulaIntervals.ofAuc(auc(figures.auc()), positives, each.length - positives);
                });
    }
}
