package dev.voxgrad.medmnist.baseline;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

import dev.voxgrad.medmnist.baseline.selection.CandidateResult;
import dev.voxgrad.medmnist.baseline.selection.ChosenModel;
import dev.voxgrad.medmnist.baseline.selection.Figures;
import dev.voxgrad.medmnist.baseline.selection.Protocol;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.metrics.Bootstrap;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.metrics.UndefinedAuc;
import dev.voxgrad.medmnist.text.VisibleText;

/** Prints a baseline as tables for the terminal. */
public final class BaselineText {
    /** The most candidates without a share in the ensemble that are listed. */
    private static final int MOST_OTHERS = 20;

    private final BaselineFiles files;
    private final BaselineInfo info;
    private final int width;

    public BaselineText(BaselineFiles files) {
        this.files = files;
        this.info = files.info();
        this.width = Math.max(
                "ensemble, cross-fitted".length(),
                info.candidates().stream()
                        .mapToInt(candidate -> candidate.name().length())
                        .max()
                        .orElseThrow());
    }

    /** Returns the table of candidates, the ensemble and what the figures mean. */
    public String candidates() {
        boolean isHoldout = info.settings().protocol() == Protocol.AUTOSKLEARN;
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "%d candidates on %s of train (%d volumes, seed %d), best %s first%n",
                info.candidates().size(),
                isHoldout ? "the held-out third" : info.settings().folds() + " folds",
                info.volumes().train(),
                info.settings().seed(),
                isHoldout ? "accuracy" : "log-loss"));
        row(text, "features/model", "log-loss", "AUC", "ACC", "weight", "seconds");
        List<Integer> order = order(isHoldout);
        int others = 0;
        for (int number : order) {
            Optional<ChosenModel> chosen = info.chosen().stream()
                    .filter(model -> model.candidate() == number)
                    .findFirst();
            if (chosen.isPresent() || others++ < MOST_OTHERS) {
                CandidateResult candidate = info.candidates().get(number);
                row(
                        text,
                        candidate.name(),
                        candidate.figures(),
                        chosen.map(model -> three(model.weight())).orElse(""),
                        String.format(Locale.ROOT, "%.1f", candidate.seconds()));
            }
        }
        if (others > MOST_OTHERS) {
            text.append("… and ")
                    .append(others - MOST_OTHERS)
                    .append(" more in ")
                    .append(BaselineFiles.FILE)
                    .append('\n');
        }
        row(text, "ensemble", info.ensemble(), "1.000", "");
        if (info.crossFitted() != null) {
            row(text, "ensemble, cross-fitted", info.crossFitted(), "", "");
            text.append("The ensemble was selected by these predictions, so its figures flatter it. Cross-fitted: "
                    + "selected without the fold that it predicts.\n");
        }
        return text.toString();
    }

    private List<Integer> order(boolean byAccuracy) {
        return IntStream.range(0, info.candidates().size())
                .boxed()
                .sorted(Comparator.comparingDouble(number -> {
                    Figures figures = info.candidates().get(number).figures();
                    return byAccuracy ? -figures.accuracy() : figures.logLoss();
                }))
                .toList();
    }

    private void row(StringBuilder text, String name, Figures figures, String weight, String seconds) {
        row(
                text,
                name,
                String.format(Locale.ROOT, "%.4f", figures.logLoss()),
                figures.auc() == null ? "-" : three(figures.auc()),
                three(figures.accuracy()),
                weight,
                seconds);
    }

    private void row(StringBuilder text, String... cells) {
        String format = "%-" + width + "s  %8s  %5s  %5s  %6s  %7s";
        text.append(String.format(Locale.ROOT, format, (Object[]) cells).stripTrailing())
                .append('\n');
    }

    /**
     * Returns the figures on val and test, with their intervals.
     *
     * @param data the volumes of the baseline
     */
    public String results(VolumeData data) {
        StringBuilder text = new StringBuilder();
        text.append(VisibleText.of(data.name()))
                .append(data.synthetic() ? " (SYNTHETIC: made by code, not medical)" : "")
                .append(", models fitted to ")
                .append(
                        switch (info.settings().refit()) {
                            case NONE -> "two thirds of train";
                            case TRAIN -> "train";
                            case ALL -> "train and val";
                        })
                .append('\n');
        String format = "%-22s  %5s  %-14s  %5s  %s%n";
        text.append(String.format(Locale.ROOT, format, "split", "AUC", "95 % interval", "ACC", "95 % interval"));
        List<String> notes = new ArrayList<>();
        for (String name : List.of("val", "test")) {
            Optional<double[][]> scores = name.equals("val") ? files.val() : files.test();
            if (scores.isEmpty()) {
                notes.add(
                        data.has(name)
                                ? "No figures of " + name + ", which the models were fitted to."
                                : "The data has no " + name + " split, so there are no figures of it.");
                continue;
            }
            Split split = data.split(name);
            Metrics metrics = Metrics.whereDefined(data, split, scores.get());
            Bootstrap intervals = Bootstrap.whereDefined(
                    data, split, scores.get(), info.settings().seed());
            text.append(String.format(
                    Locale.ROOT,
                    format,
                    name + ", " + split.size() + " volumes",
                    metrics.hasAuc() ? three(metrics.auc()) : "-",
                    intervals.auc().map(Bootstrap.Interval::toText).orElse("none"),
                    three(metrics.accuracy()),
                    intervals.accuracy().toText()));
            UndefinedAuc.of(data, split, scores.get()).ifPresent(undefined -> notes.add(undefined.footnote("-")));
        }
        notes.forEach(note -> text.append(note).append('\n'));
        text.append("Intervals: the middle 95 % over ")
                .append(Bootstrap.RESAMPLES)
                .append(" bootstrap resamples of the volumes, seed ")
                .append(info.settings().seed())
                .append(".\n");
        return text.toString();
    }

    private static String three(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }
}
