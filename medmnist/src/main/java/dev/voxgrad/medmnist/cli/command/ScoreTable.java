package dev.voxgrad.medmnist.cli.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

import dev.voxgrad.medmnist.data.NewVolumes;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.metrics.UndefinedAuc;
import dev.voxgrad.medmnist.model.Prediction;
import dev.voxgrad.medmnist.text.Csv;

/** Writes what an ensemble predicts as a table: one row per volume. */
final class ScoreTable {
    private ScoreTable() {}

    /**
     * Returns the table as CSV, with the columns volume, predicted, p(…) and sd(…) of each class, entropy, and the true
     * label where it is known.
     */
    static StringBuilder csv(NewVolumes volumes, Prediction prediction) {
        List<String> names = prediction.labelNames();
        List<String> header = new ArrayList<>(List.of("volume", "predicted"));
        header.addAll(each(names, name -> "p(" + name + ")"));
        header.addAll(each(names, name -> "sd(" + name + ")"));
        header.add("entropy");
        if (volumes.isLabelled()) {
            header.add("label");
        }
        StringBuilder text = new StringBuilder(Csv.line(header));
        for (int i = 0; i < prediction.size(); i++) {
            List<String> row = new ArrayList<>(List.of(volumes.names().get(i), prediction.predicted(i)));
            add(row, prediction.probabilities()[i]);
            add(row, prediction.deviations()[i]);
            add(row, prediction.entropy(i));
            if (volumes.isLabelled()) {
                row.add(label(volumes.split(), names, i));
            }
            text.append(Csv.line(row));
        }
        return text;
    }

    private static List<String> each(List<String> names, UnaryOperator<String> form) {
        return names.stream().map(form).toList();
    }

    private static void add(List<String> row, double... values) {
        for (double value : values) {
            row.add(String.valueOf(value));
        }
    }

    private static String label(Split split, List<String> names, int volume) {
        return split.isMultiLabel()
                ? Prediction.names(names, label -> split.multiLabels()[volume][label] == 1)
                : names.get(split.labels()[volume]);
    }

    /** Returns the metrics in one line, and the reason on a second line if AUC is undefined for the split. */
    static String figures(VolumeData data, Split volumes, double[][] scores) {
        Metrics metrics = Metrics.whereDefined(data, volumes, scores);
        return String.format(
                        Locale.ROOT,
                        "AUC %s  ACC %.4f",
                        metrics.hasAuc() ? String.format(Locale.ROOT, "%.4f", metrics.auc()) : "-",
                        metrics.accuracy())
                + UndefinedAuc.of(data, volumes, scores)
                        .map(undefined -> System.lineSeparator() + undefined.footnote("-"))
                        .orElse("");
    }
}
