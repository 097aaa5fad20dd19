package dev.voxgrad.medmnist.ensemble;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.source.OfficialSet;
import dev.voxgrad.medmnist.metrics.Bootstrap;
import dev.voxgrad.medmnist.metrics.ConfusionMatrix;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.metrics.StandardResultFile;
import dev.voxgrad.medmnist.metrics.UndefinedAuc;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.run.member.MemberResult;
import dev.voxgrad.medmnist.train.settings.CrossValidation;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

/** Prints the results of an ensemble as a table for the terminal, and appends them to the run's {@code summary.csv}. */
public final class EnsembleReport {
    /** Width of the column of models, unless a name is longer. */
    private static final int MODEL_WIDTH = 9;

    private final RunFiles run;
    private final VolumeData data;
    private final Split split;
    private final Ensemble ensemble;
    private final EnsembleSettings settings;
    private final Evaluation evaluation;
    private final Combination weighted;
    private final Combination uniform;
    private final int modelWidth;

    public EnsembleReport(RunFiles run, Evaluation evaluation) {
        this.run = run;
        this.data = evaluation.ensemble().data();
        this.split = evaluation.ensemble().split();
        this.ensemble = evaluation.ensemble();
        this.settings = evaluation.settings();
        this.evaluation = evaluation;
        this.weighted = evaluation.weighted();
        this.uniform = evaluation.uniform();
        this.modelWidth = ensemble.models().stream()
                .mapToInt(model -> name(model).length())
                .reduce(MODEL_WIDTH, Math::max);
    }

    private static String name(Ensemble.Model model) {
        return model.member().index() + " " + model.member().net().name();
    }

    /** Returns a table of every model and both ensembles, the fit, and the weighted ensemble's confusion matrix. */
    public String toText() {
        long seed = run.info().settings().seed();
        StringBuilder text = new StringBuilder();
        text.append(data.name())
                .append(", ")
                .append(split.name())
                .append(" split, ")
                .append(split.size())
                .append(" volumes")
                .append(split.blankNote())
                .append(data.synthetic() ? " (SYNTHETIC: made by code, not medical)" : "")
                .append('\n');
        if (run.info().crossValidation() != null) {
            text.append("Trained on ")
                    .append(run.info().crossValidation().words())
                    .append(".\n");
        }
        row(text, "model", "kind", "epoch", "weight", "AUC", "95 % interval", "ACC", "95 % interval");
        for (Ensemble.Model model : ensemble.models()) {
            String epoch = switch (model.kind()) {
                case BEST -> String.valueOf(model.member().bestEpoch());
                case LAST -> lastEpoch(model.member());
            };
            row(
                    text,
                    name(model),
                    model.kind().label(),
                    epoch,
                    three(weighted.weights().of(model.position(), model.kind())),
                    ensemble.metrics(model),
                    ensemble.intervals(ensemble.scores(model), seed));
        }
        row(text, "ensemble", "uniform", "", "", uniform.metrics(), uniform.intervals(ensemble, seed));
        row(text, "ensemble", "weighted", "", "", weighted.metrics(), weighted.intervals(ensemble, seed));
        text.append("Intervals: the middle 95 % over ")
                .append(Bootstrap.RESAMPLES)
                .append(" bootstrap resamples of the volumes, seed ")
                .append(seed)
                .append(".\n");
        UndefinedAuc.of(data, split, weighted.scores())
                .ifPresent(undefined -> text.append("Weighted ensemble: ")
                        .append(undefined.footnote("-"))
                        .append('\n'));
        appendFit(text);
        if (data.task() != Task.MULTI_LABEL) {
            ConfusionMatrix matrix =
                    ConfusionMatrix.of(data.task(), data.labelNames(), split.labels(), weighted.scores());
            text.append("\nConfusion matrix of the weighted ensemble\n").append(matrix.toText());
        }
        return text.toString();
    }

    /** Returns the last epoch; older versions did not record it, but without patience it is that of the settings. */
    private String lastEpoch(MemberResult member) {
        TrainSettings settings = run.info().settings();
        if (member.lastEpoch() > 0) {
            return String.valueOf(member.lastEpoch());
        }
        return settings.options().patience() > 0 ? "-" : String.valueOf(settings.epochs());
    }

    private void row(
            StringBuilder text,
            String model,
            String kind,
            String epoch,
            String weight,
            Metrics m,
            Bootstrap intervals) {
        row(
                text,
                model,
                kind,
                epoch,
                weight,
                m.hasAuc() ? three(m.auc()) : "-",
                intervals.auc().map(Bootstrap.Interval::toText).orElse("none"),
                three(m.accuracy()),
                intervals.accuracy().toText());
    }

    private void row(StringBuilder text, String... cells) {
        String format = "%-" + modelWidth + "s  %-8s  %5s  %6s  %6s  %-14s  %6s  %s%n";
        text.append(String.format(Locale.ROOT, format, (Object[]) cells));
    }

    private static String three(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    private void appendFit(StringBuilder text) {
        if (settings.augmentation().draws() > 0) {
            text.append(String.format(
                    Locale.ROOT,
                    "%nEach logit is the mean over the plain volume and %d draws of '%s', seed %d.%n",
                    settings.augmentation().draws(),
                    settings.augmentation().recipe().flag(),
                    settings.augmentation().seed()));
        }
        if (evaluation.account().isPresent() || weighted.validation().isPresent()) {
            text.append('\n');
        }
        evaluation.account().ifPresent(account -> text.append(account).append('\n'));
        if (weighted.validation().isEmpty()) {
            return;
        }
        if (split.name().equals("val")) {
            text.append("The table above is of the volumes that were used to fit: it flatters what was fitted.\n");
        }
        text.append(String.format(
                Locale.ROOT,
                "%-9s  %8s  %12s  %13s%s%n",
                "log-loss",
                "val AUC",
                "val log-loss",
                split.name() + " log-loss",
                settings.temperature() ? "       T  both log-losses at T" : ""));
        for (Combination combination : List.of(uniform, weighted)) {
            appendLogLoss(text, combination, combination.validation().orElseThrow());
        }
    }

    private void appendLogLoss(StringBuilder text, Combination combination, Combination.OnValidation validation) {
        String auc = validation.auc().isPresent() ? three(validation.auc().getAsDouble()) : "none";
        text.append(String.format(
                Locale.ROOT,
                "%-9s  %8s  %12.4f  %13.4f",
                combination.name(),
                auc,
                validation.logLoss(),
                combination.logLoss()));
        if (settings.temperature()) {
            text.append(String.format(
                    Locale.ROOT,
                    "  %6.3f  %8.4f  %8.4f",
                    combination.temperature().value(),
                    validation.temperedLogLoss(),
                    combination.temperedLogLoss()));
            if (combination.temperature().state() != Temperature.State.FITTED) {
                text.append("  T ").append(combination.temperature().state().meaning());
            }
        }
        text.append(System.lineSeparator());
    }

    /**
     * Appends both ensembles to the run's {@code summary.csv} and, for an official data set, writes the scores of the
     * weighted one as a standard result file.
     */
    public void save() {
        SummaryFile.append(run, ensemble, settings, List.of(weighted, uniform));
        if (run.info().data() instanceof OfficialSet source) {
            CrossValidation folds = run.info().crossValidation();
            String name = folds == null ? "voxgrad" : "voxgrad-" + folds.folds() + "-folds-not-the-official-split";
            Path results = run.files().makeFolder("results");
            run.files()
                    .require(results.resolve(StandardResultFile.fileName(
                            source.flag(), source.size(), split.name(), weighted.metrics(), name)));
            StandardResultFile.write(
                    results, source.flag(), source.size(), split.name(), weighted.metrics(), name, weighted.scores());
        }
    }
}
