package dev.voxgrad.medmnist.report;

import java.util.List;
import java.util.stream.Collectors;

import dev.voxgrad.medmnist.ensemble.Combination;
import dev.voxgrad.medmnist.ensemble.Evaluation;
import dev.voxgrad.medmnist.ensemble.Optimism;
import dev.voxgrad.medmnist.ensemble.Temperature;

/** Writes how weights and temperature were fitted to the validation split, and the result; nothing without a fit. */
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
                        "Fits never use labels of the test split. Some hundred validation volumes are easily "
                                + "overfitted, so the uniform ensemble is shown for comparison.",
                        "class",
                        "small")
                .close();
    }

    /** Writes the results of weights and temperature on the validation split that all members share. */
    private static void writeLosses(Html html, Subject subject) {
        Evaluation evaluation = subject.evaluation();
        String split = subject.split().name();
        if (split.equals("val")) {
            html.element(
                    "p",
                    "All figures on this page are of the volumes that were used to fit: they flatter what "
                            + "was fitted.",
                    "class",
                    "notice");
        }
        boolean tempered = evaluation.settings().temperature();
        Table table = tempered
                ? Table.open(
                        html,
                        "Log-loss, with and without the temperature T",
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
        evaluation
                .optimism()
                .ifPresentOrElse(
                        optimism -> writeOptimism(html, optimism),
                        () -> html.element(
                                "p",
                                "The optimism of the fit was not estimated: a class has too few validation volumes.",
                                "class",
                                "small"));
        writeTemperature(html, evaluation.weighted().temperature());
    }

    /** Writes the figures on validation next to those of the same fit on volumes that it has not seen. */
    private static void writeOptimism(Html html, Optimism optimism) {
        Table table = Table.open(
                html,
                "Optimism: how far validation flatters the fit",
                "Figure",
                "Fitted to and scored on all of validation",
                "Fitted to parts, scored on the rest",
                "Optimism");
        table.row(
                "AUC",
                Numbers.three(optimism.auc()),
                Numbers.three(optimism.nestedAuc()),
                Numbers.signed(optimism.ofAuc()));
        table.row(
                "Log-loss",
                Numbers.three(optimism.logLoss()),
                Numbers.three(optimism.nestedLogLoss()),
                Numbers.signed(optimism.ofLogLoss()));
        table.close();
        html.element(
                "p",
                "The parts are all but one of " + optimism.folds() + " folds, in " + optimism.cuts()
                        + " random cuts. The best epochs were chosen on the same volumes, and that is not repeated: "
                        + "both columns still contain the optimism of that choice.",
                "class",
                "small");
    }

    private static void writeTemperature(Html html, Temperature temperature) {
        switch (temperature.state()) {
            case OFF -> {}
            case FITTED ->
                html.element(
                        "p",
                        "The logits are divided by T, the number with the least validation log-loss: this changes "
                                + "no volume's class, but turns the scores into honest probabilities.",
                        "class",
                        "small");
            case SEPARATED, NO_BETTER_THAN_CHANCE ->
                html.element("p", "T " + temperature.state().meaning() + ".", "class", "small");
        }
    }
}
