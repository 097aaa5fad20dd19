package dev.voxgrad.medmnist.ensemble;

import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.io.RunFolder;
import dev.voxgrad.medmnist.io.TextFile;
import dev.voxgrad.medmnist.metrics.Bootstrap;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.model.EnsembleWeights;
import dev.voxgrad.medmnist.text.Csv;
import dev.voxgrad.medmnist.text.VisibleText;
import dev.voxgrad.medmnist.train.Predictor;
import dev.voxgrad.medmnist.train.settings.CrossValidation;

/**
 * Writes the {@code summary.csv} of a run, or of a folder for several, which has one row per evaluated ensemble. An
 * empty field was not fitted; an empty AUC is undefined, because a class does not occur. Gains are differences that the
 * baselines make, with their 95 % intervals.
 *
 * <p>Files of older versions lack the last columns; these are added, empty, before the first row is appended.
 */
final class SummaryFile {
    private static final String NAME = "summary.csv";
    private static final String COLUMNS =
            "time,data,synthetic,split,members,ensemble,last_weight,best_weight,member_weights,auc,acc,"
                    + "weights,model_weights,val_auc,val_log_loss,log_loss,temperature,log_loss_at_t,tta,tta_augment,tta_seed,"
                    + "cross_validation,nested_val_auc,optimism_auc,nested_val_log_loss,optimism_log_loss,runs,baselines,"
                    + "baseline_weights,auc_gain,auc_gain_low,auc_gain_high,acc_gain,acc_gain_low,acc_gain_high";

    private static final int LONGEST_NAME = 500;

    private SummaryFile() {}

    /** Appends rows, either all or none. */
    static void append(RunFolder out, ModelLibrary library, Evaluation evaluation) {
        Ensemble ensemble = evaluation.ensemble();
        EnsembleSettings settings = evaluation.settings();
        widen(out);
        String time = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        String rows = Stream.of(evaluation.weighted(), evaluation.uniform())
                .map(combination -> String.join(
                                ",",
                                time,
                                field(ensemble.data().name()),
                                String.valueOf(ensemble.data().synthetic()),
                                ensemble.split().name(),
                                String.valueOf(ensemble.members()),
                                results(combination),
                                method(combination, settings),
                                fitted(combination),
                                augmentation(settings.augmentation()),
                                folds(library),
                                optimism(evaluation, combination),
                                parts(library, combination),
                                gains(library, evaluation, combination))
                        + "\n")
                .collect(Collectors.joining());
        out.append(out.file(NAME), COLUMNS + "\n", rows);
    }

    /** Prepares an existing file for more rows: gives it the columns of this version, and ends its last line. */
    static void widen(RunFolder run) {
        Path file = run.path().resolve(NAME);
        if (!run.exists(file)) {
            return;
        }
        String text = run.read(file);
        List<String> lines = text.lines().filter(line -> !line.isBlank()).toList();
        String header = lines.isEmpty() ? COLUMNS : lines.getFirst();
        if (header.equals(COLUMNS) && !lines.isEmpty() && text.endsWith("\n")) {
            return;
        }
        if (!header.equals(COLUMNS) && !COLUMNS.startsWith(header + ",")) {
            throw new DataFileException(
                    file.toString(),
                    "has other columns than this program writes: '" + TextFile.shown(header)
                            + "'; rename or remove it, and repeat the command");
        }
        String empty = COLUMNS.substring(header.length()).replaceAll("[^,]", "");
        run.write(
                file,
                COLUMNS + "\n"
                        + lines.stream()
                                .skip(1)
                                .map(line -> line + empty + "\n")
                                .collect(Collectors.joining()));
    }

    /** Returns the fields ensemble, last_weight, best_weight, member_weights, auc, acc. */
    private static String results(Combination combination) {
        EnsembleWeights weights = combination.weights();
        return String.join(
                ",",
                combination.name(),
                String.valueOf(weights.last()),
                String.valueOf(weights.best()),
                spaced(weights.members()),
                combination.metrics().hasAuc()
                        ? String.valueOf(combination.metrics().auc())
                        : "",
                String.valueOf(combination.metrics().accuracy()));
    }

    private static String spaced(List<Double> weights) {
        return weights.stream().map(String::valueOf).collect(Collectors.joining(" "));
    }

    /** Returns the fields weights, model_weights. */
    private static String method(Combination combination, EnsembleSettings settings) {
        String method = combination.name().equals("uniform")
                ? WeightMethod.UNIFORM.flag()
                : settings.method().map(WeightMethod::flag).orElse("given");
        return method + "," + spaced(combination.weights().models());
    }

    /** Returns the fields val_auc, val_log_loss, log_loss, temperature, log_loss_at_t. */
    private static String fitted(Combination combination) {
        boolean tempered = combination.temperature().state() != Temperature.State.OFF;
        return combination
                        .validation()
                        .map(validation ->
                                validation.auc().stream()
                                                .mapToObj(String::valueOf)
                                                .collect(Collectors.joining()) + "," + validation.logLoss())
                        .orElse(",")
                + "," + combination.logLoss()
                + (tempered ? "," + combination.temperature().value() + "," + combination.temperedLogLoss() : ",,");
    }

    /** Returns the field cross_validation: empty if the split is that of the file. */
    private static String folds(ModelLibrary library) {
        CrossValidation folds = library.first().model().info().crossValidation();
        return folds == null ? "" : folds.words().replace(',', ';');
    }

    /** Returns the fields nested_val_auc, optimism_auc, nested_val_log_loss, optimism_log_loss of what was fitted. */
    private static String optimism(Evaluation evaluation, Combination combination) {
        return evaluation
                .optimism()
                .filter(optimism -> combination == evaluation.weighted())
                .map(optimism -> optimism.nestedAuc() + "," + optimism.ofAuc() + "," + optimism.nestedLogLoss() + ","
                        + optimism.ofLogLoss())
                .orElse(",,,");
    }

    /** Returns the fields runs, baselines, baseline_weights; runs is empty if there is only one. */
    private static String parts(ModelLibrary library, Combination combination) {
        return String.join(
                ",",
                field(library.runs().stream().map(ModelLibrary.Run::name).collect(Collectors.joining("; "))),
                field(library.baselines().stream()
                        .map(ModelLibrary.Baseline::name)
                        .collect(Collectors.joining("; "))),
                spaced(combination.weights().baselines()));
    }

    /** Returns the fields auc_gain, its interval, acc_gain, and its interval. */
    private static String gains(ModelLibrary library, Evaluation evaluation, Combination combination) {
        if (combination != evaluation.weighted() || evaluation.netsAlone().isEmpty()) {
            return ",,,,,";
        }
        Metrics nets = evaluation.netsAlone().get().weighted().metrics();
        Bootstrap intervals = evaluation.baselineDifferences(library.seed()).orElseThrow();
        return intervals
                        .auc()
                        .map(auc -> combination.metrics().auc() - nets.auc() + "," + auc.low() + "," + auc.high())
                        .orElse(",,")
                + "," + (combination.metrics().accuracy() - nets.accuracy()) + ","
                + intervals.accuracy().low() + "," + intervals.accuracy().high();
    }

    /** Returns the fields tta, tta_augment, tta_seed. */
    private static String augmentation(Predictor.Augmentation augmentation) {
        return augmentation.draws() == 0
                ? "0,,"
                : augmentation.draws() + "," + augmentation.recipe().flag() + "," + augmentation.seed();
    }

    /** Returns a name given by the user as one field (RFC 4180), on one line. */
    static String field(String name) {
        return Csv.field(VisibleText.line(name, LONGEST_NAME));
    }
}
