package dev.voxgrad.medmnist.report;

import java.util.List;
import java.util.stream.Collectors;

import dev.voxgrad.medmnist.ensemble.Combination;
import dev.voxgrad.medmnist.ensemble.Evaluation;
import dev.voxgrad.medmnist.ensemble.Temperature;

/** How weights and temperature were fitted to the validation split, and what that brought; if anything was. */
final class FitSection {
    private FitSection() {}

    static void write(Html html, Subject subject) {
        Evaluation evaluation = subject.evaluation();
        if (evaluation.account().isEmpty() && evaluation.weighted().validation().isEmpty()) {
            return;
        }
        html.open("section")
                .element(
                        "h2",
                        subject.run().info().crossValidation() == null
                                ? "What was fitted to the validation split"
                                : "What was fitted to the validation folds");
        evaluation
                .account()
                .ifPresent(account -> html.element("p", account.lines().collect(Collectors.joining(" "))));
        if (evaluation.weighted().validation().isPresent()) {
            writeLosses(html, subject);
        }
        html.element(
                        "p",
                        "Labels of the test split are never looked at for a fit. Some hundred validation volumes are "
                                + "soon overfitted: the uniform ensemble is there to compare with.",
                        "class",
                        "small")
                .close();
    }

    /** What weights and temperature reach on the validation split that all members have in common. */
    private static void writeLosses(Html html, Subject subject) {
        Evaluation evaluation = subject.evaluation();
        String split = subject.split().name();
        if (split.equals("val")) {
            html.element(
                    "p",
                    "All figures of this page are of the very volumes that were fitted to: they flatter what "
                            + "was fitted.",
                    "class",
                    "notice");
        }
        boolean tempered = evaluation.settings().temperature();
        Table table = tempered
                ? Table.open(
                        html,
                        "Log-loss, and what the temperature T makes of it",
                        "Ensemble",
                        "Validation AUC",
                        "Validation log-loss",
                        "Log-loss on " + split,
                        "T",
                        "Validation log-loss at T",
                        "Log-loss on " + split + " at T")
                : Table.open(
                        html, "Log-loss", "Ensemble", "Validation AUC", "Validation log-loss", "Log-loss on " + split);
        for (Combination ensemble : List.of(evaluation.weighted(), evaluation.uniform())) {
            Combination.OnValidation validation = ensemble.validation().orElseThrow();
            String auc = Numbers.three(validation.auc().orElse(Double.NaN));
            String before = Numbers.three(validation.logLoss());
            String here = Numbers.three(ensemble.logLoss());
            if (tempered) {
                table.row(
                        ensemble.name(),
                        auc,
                        before,
                        here,
                        Numbers.three(ensemble.temperature().value()),
                        Numbers.three(validation.temperedLogLoss()),
                        Numbers.three(ensemble.temperedLogLoss()));
            } else {
                table.row(ensemble.name(), auc, before, here);
            }
        }
        table.close();
        writeTemperature(html, evaluation.weighted().temperature());
    }

    private static void writeTemperature(Html html, Temperature temperature) {
        switch (temperature.state()) {
            case OFF -> {}
            case FITTED ->
                html.element(
                        "p",
                        "The logits are divided by T, the one number with the least validation "
                                + "log-loss: no volume changes its class by it, but its scores become honest probabilities.",
                        "class",
                        "small");
            case SEPARATED, NO_BETTER_THAN_CHANCE ->
                html.element("p", "T " + temperature.state().meaning() + ".", "class", "small");
        }
    }
}
