package dev.voxgrad.medmnist.ensemble;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.source.OfficialSet;
import dev.voxgrad.medmnist.io.RunFolder;
import dev.voxgrad.medmnist.metrics.Bootstrap;
import dev.voxgrad.medmnist.metrics.ConfusionMatrix;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.metrics.StandardResultFile;
import dev.voxgrad.medmnist.metrics.UndefinedAuc;
import dev.voxgrad.medmnist.train.settings.CrossValidation;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

/** Prints the results of an ensemble as a table for the terminal, and saves them in a folder. */
public final class EnsembleReport {
    /** Width of the column of models, unless a name is longer. */
    private static final int MODEL_WIDTH = 9;

    private final ModelLibrary library;
    private final VolumeData data;
    private final Split split;
    private final Ensemble ensemble;
    private final EnsembleSettings settings;
    private final Evaluation evaluation;
    private final Combination weighted;
    private final Combination uniform;
    private final int modelWidth;

    public EnsembleReport(ModelLibrary library, Evaluation evaluation) {
        this.library = library;
        this.data = evaluation.ensemble().data();
        this.split = evaluation.ensemble().split();
        this.ensemble = evaluation.ensemble();
        this.settings = evaluation.settings();
        this.evaluation = evaluation;
        this.weighted = evaluation.weighted();
        this.uniform = evaluation.uniform();
        this.modelWidth = Stream.concat(
                        ensemble.models().stream().map(Ensemble.Model::name),
                        ensemble.baselines().stream().map(Ensemble.Baseline::name))
                .mapToInt(String::length)
                .reduce(MODEL_WIDTH, Math::max);
    }

    /** Returns a table of every model and both ensembles, the fit, and the weighted ensemble's confusion matrix. */
    public String toText() {
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
        CrossValidation folds = library.first().model().info().crossValidation();
        if (folds != null) {
            text.append("Trained on ").append(folds.words()).append(".\n");
        }
        appendResults(text);
        appendGains(text);
        appendFit(text);
        if (data.task() != Task.MULTI_LABEL) {
            ConfusionMatrix matrix =
                    ConfusionMatrix.of(data.task(), data.labelNames(), split.labels(), weighted.scores());
            text.append("\nConfusion matrix of the weighted ensemble\n").append(matrix.toText());
        }
        return text.toString();
    }

    private void appendResults(StringBuilder text) {
        long seed = library.seed();
        row(text, "model", "kind", "epoch", "weight", "AUC", "95 % interval", "ACC", "95 % interval");
        for (Ensemble.Model model : ensemble.models()) {
            String epoch = switch (model.kind()) {
                case BEST -> String.valueOf(model.member().bestEpoch());
                case LAST -> lastEpoch(model);
            };
            row(
                    text,
                    model.name(),
                    model.kind().label(),
                    epoch,
                    three(weighted.weights().of(model.position(), model.kind())),
                    ensemble.metrics(model),
                    ensemble.intervals(ensemble.scores(model), seed));
        }
        for (int b = 0; b < ensemble.baselines().size(); b++) {
            Ensemble.Baseline baseline = ensemble.baselines().get(b);
            double[][] scores = ensemble.scores(baseline);
            row(
                    text,
                    baseline.name(),
                    "baseline",
                    "",
                    three(weighted.weights().ofBaseline(b)),
                    ensemble.metrics(scores),
                    ensemble.intervals(scores, seed));
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
    }

    /** Appends the weighted ensemble with and without the baselines, and the differences with paired intervals. */
    private void appendGains(StringBuilder text) {
        if (evaluation.netsAlone().isEmpty()) {
            return;
        }
        Evaluation alone = evaluation.netsAlone().get();
        Combination nets = alone.weighted();
        long seed = library.seed();
        Bootstrap intervals = evaluation.baselineDifferences(seed).orElseThrow();
        text.append("\nWith and without the baseline")
                .append(ensemble.baselines().size() > 1 ? "s" : "")
                .append(", on the same resamples\n");
        row(text, "weighted", "with", "", "", weighted.metrics(), weighted.intervals(ensemble, seed));
        row(text, "weighted", "without", "", "", nets.metrics(), nets.intervals(alone.ensemble(), seed));
        row(
                text,
                "difference",
                "",
                "",
                "",
                nets.metrics().hasAuc()
                        ? signed(weighted.metrics().auc() - nets.metrics().auc())
                        : "-",
                intervals.auc().map(EnsembleReport::signed).orElse("none"),
                signed(weighted.metrics().accuracy() - nets.metrics().accuracy()),
                signed(intervals.accuracy()));
    }

    private static String signed(Bootstrap.Interval interval) {
        return signed(interval.low()) + " to " + signed(interval.high());
    }

    private static String signed(double value) {
        return String.format(Locale.ROOT, "%+.3f", value);
    }

    /** Returns the last epoch; older versions did not record it, but without patience it is that of the settings. */
    private String lastEpoch(Ensemble.Model model) {
        if (model.member().lastEpoch() > 0) {
            return String.valueOf(model.member().lastEpoch());
        }
        TrainSettings training = library.runs().stream()
                .filter(run -> run.name().equals(model.run()))
                .findFirst()
                .orElseThrow()
                .model()
                .info()
                .settings();
        return training.options().patience() > 0 ? "-" : String.valueOf(training.epochs());
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
                    "%nEach logit is the mean over the plain volume and %d draws of '%s', seed %d%s.%n",
                    settings.augmentation().draws(),
                    settings.augmentation().recipe().flag(),
                    settings.augmentation().seed(),
                    ensemble.baselines().isEmpty() ? "" : "; that of a baseline is of plain volumes"));
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
        text.append(evaluation
                        .optimism()
                        .map(Optimism::toText)
                        .orElse("Optimism of the fit: not estimated, since a class has too few validation volumes."))
                .append('\n');
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
     * Appends both ensembles to the folder's {@code summary.csv} and, for an official data set, writes the scores of
     * the weighted one as a standard result file.
     *
     * @param out the folder of the run, or one for several
     */
    public void save(RunFolder out) {
        SummaryFile.append(out, library, evaluation);
        if (library.first().model().info().data() instanceof OfficialSet source) {
            CrossValidation folds = library.first().model().info().crossValidation();
            String name = folds == null ? "voxgrad" : "voxgrad-" + folds.folds() + "-folds-not-the-official-split";
            Path results = out.makeFolder("results");
            out.require(results.resolve(
                    StandardResultFile.fileName(source.flag(), source.size(), split.name(), weighted.metrics(), name)));
            StandardResultFile.write(
                    results, source.flag(), source.size(), split.name(), weighted.metrics(), name, weighted.scores());
        }
    }
}
