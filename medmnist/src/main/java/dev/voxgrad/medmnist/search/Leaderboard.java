package dev.voxgrad.medmnist.search;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

import dev.voxgrad.medmnist.metrics.Bootstrap;
import dev.voxgrad.medmnist.search.space.Dimension;
import dev.voxgrad.medmnist.search.space.Space;
import dev.voxgrad.medmnist.text.Csv;

/**
 * Lists the trials of a search, the best validation AUC first. It contains no times, so that a search that was
 * interrupted ends with the same leaderboard.
 *
 * @param trials the best first; trials without a result yet come last, by number
 * @param dimensions names of what was searched
 * @param volumes number of validation volumes
 * @param epochs of the last rung
 */
public record Leaderboard(List<Trial> trials, List<String> dimensions, int volumes, int epochs) {
    /** The name of the table in the search's folder. */
    public static final String FILE = "leaderboard.csv";

    private static final List<String> COLUMNS = List.of(
            "rank",
            "trial",
            "state",
            "epochs",
            "best_epoch",
            "val_auc",
            "val_auc_low",
            "val_auc_high",
            "val_acc",
            "val_log_loss",
            "origin");

    static Leaderboard of(SearchInfo info, Space space, List<Trial> trials) {
        return new Leaderboard(
                trials.stream().sorted(Trial.BEST_FIRST).toList(),
                space.dimensions().stream().map(Dimension::name).toList(),
                info.volumes(),
                info.run().settings().epochs());
    }

    /** Returns the rank of a trial, from 1; 0 if it has not reached a rung. */
    public int rank(Trial trial) {
        return trial.result().isPresent() ? trials.indexOf(trial) + 1 : 0;
    }

    /** Returns the state of a trial in a word or two. */
    public String state(Trial trial) {
        return switch (trial.status()) {
            case RUNNING -> "running";
            case INTERRUPTED -> "interrupted";
            case WAITING -> trial.epochsOfRung() >= epochs ? "finished" : "waiting";
            case FAILED -> "failed";
        };
    }

    /** Returns the table with all digits, for programs. */
    public String toCsv() {
        StringBuilder text = new StringBuilder();
        List<String> header = new ArrayList<>(COLUMNS);
        header.addAll(dimensions);
        add(text, header);
        for (Trial trial : trials) {
            add(text, fields(trial));
        }
        return text.toString();
    }

    private static void add(StringBuilder text, List<String> fields) {
        text.append(fields.stream().map(Csv::field).collect(Collectors.joining(",")))
                .append('\n');
    }

    private List<String> fields(Trial trial) {
        List<String> fields = new ArrayList<>();
        fields.add(trial.result().isPresent() ? String.valueOf(rank(trial)) : "");
        fields.add(String.valueOf(trial.number()));
        fields.add(state(trial));
        fields.addAll(trial.result().map(Leaderboard::figures).orElse(List.of("0", "", "", "", "", "", "")));
        fields.add(trial.info().origin());
        for (String dimension : dimensions) {
            fields.add(trial.info().configuration().find(dimension).orElse(""));
        }
        return fields;
    }

    private static List<String> figures(RungResult result) {
        Bootstrap.Interval interval = result.interval();
        return List.of(
                String.valueOf(result.epochs()),
                String.valueOf(result.bestEpoch()),
                String.valueOf(result.auc()),
                interval == null ? "" : String.valueOf(interval.low()),
                interval == null ? "" : String.valueOf(interval.high()),
                String.valueOf(result.accuracy()),
                String.valueOf(result.logLoss()));
    }

    /** Returns the table for the terminal, with a sentence about what the differences mean. */
    public String toText() {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%4s  %5s  %6s  %7s  %-14s  %5s  %8s  %-11s  %s%n",
                "rank",
                "trial",
                "epochs",
                "val AUC",
                "95 % interval",
                "ACC",
                "log-loss",
                "state",
                "settings"));
        for (Trial trial : trials) {
            text.append(row(trial)).append(String.format("%n"));
        }
        return text.append(caution()).append(String.format("%n")).toString();
    }

    private String row(Trial trial) {
        String figures = trial.result()
                .map(result -> String.format(
                        Locale.ROOT,
                        "%6d  %7.3f  %-14s  %5.3f  %8.4f",
                        result.epochs(),
                        result.auc(),
                        result.interval() == null ? "-" : result.interval().toText(),
                        result.accuracy(),
                        result.logLoss()))
                .orElseGet(() ->
                        String.format(Locale.ROOT, "%6d  %7s  %-14s  %5s  %8s", trial.epochs(), "-", "-", "-", "-"));
        return String.format(
                Locale.ROOT,
                "%4s  %5d  %s  %-11s  %s",
                trial.result().isPresent() ? String.valueOf(rank(trial)) : "-",
                trial.number(),
                figures,
                state(trial),
                trial.info().configuration().toText());
    }

    /** Returns what a reader must know before comparing trials, in two lines. */
    public String caution() {
        List<Bootstrap.Interval> intervals = trials.stream()
                .flatMap(trial -> trial.result().stream())
                .map(RungResult::interval)
                .filter(interval -> interval != null)
                .toList();
        String width = intervals.isEmpty()
                ? " an estimate"
                : String.format(
                        Locale.ROOT,
                        " known to within about %.2f (95 %%)",
                        intervals.stream()
                                        .mapToDouble(interval -> interval.high() - interval.low())
                                        .average()
                                        .orElseThrow()
                                / 2);
        return volumes + " validation volumes decide little: each AUC is" + width
                + ", and the best of\nmany looks better "
                + "than it is. Smaller differences mean nothing; combine several of the best trials.";
    }
}
