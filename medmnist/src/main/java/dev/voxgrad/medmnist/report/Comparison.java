package dev.voxgrad.medmnist.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

import dev.voxgrad.medmnist.ensemble.Evaluation;
import dev.voxgrad.medmnist.metrics.Bootstrap;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.text.MarkdownTable;

/**
 * Compares the weighted ensembles of several runs on one split: which settings differ, and how far the results of each
 * are from those of the first.
 *
 * <p>Differences have paired intervals, from {@linkplain Bootstrap#ofDifferences resamples that both runs share}, if
 * the two runs were evaluated on the same volumes. Their content decides, not the name of a file. Runs on other volumes
 * are listed with their own figures, and without differences.
 */
public final class Comparison {
    static final String NONE = "-";
    /** Fields of {@code run.json} that differ between any two runs and affect no result. */
    private static final Set<String> UNIMPORTANT = Set.of("started");

    private final List<ComparedRun> runs = new ArrayList<>();
    private final String split;
    private final long seed;

    /**
     * Starts a comparison without runs.
     *
     * @param split name of the split that is compared
     * @param seed of the resamples
     */
    public Comparison(String split, long seed) {
        this.split = split;
        this.seed = seed;
    }

    /** Adds a run; the first one is that which the others are compared with. */
    public void add(RunFiles run, Evaluation evaluation) {
        Path folder = run.folder().toAbsolutePath().normalize();
        String name = String.valueOf(folder.getFileName());
        boolean taken = runs.stream().anyMatch(other -> other.name().equals(name));
        runs.add(ComparedRun.of(taken ? run.folder().toString() : name, run, evaluation, seed));
    }

    List<ComparedRun> runs() {
        return runs;
    }

    /** Returns the name of the split that is compared. */
    String split() {
        return split;
    }

    /** Returns the intervals of a run's differences from the first; empty for the first, and for other volumes. */
    Optional<Bootstrap> differences(ComparedRun run) {
        ComparedRun first = runs.getFirst();
        return run == first || !run.hasSameVolumes(first)
                ? Optional.empty()
                : Optional.of(Bootstrap.ofDifferences(
                        run.evaluation().ensemble().data(),
                        run.evaluation().ensemble().split(),
                        run.scores(),
                        first.scores(),
                        seed));
    }

    /** Returns the results: a heading, then a row for each run. */
    List<List<String>> results() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(
                "run",
                "members",
                "AUC",
                "95 % interval",
                "ACC",
                "95 % interval",
                "AUC − first",
                "95 % interval",
                "ACC − first",
                "95 % interval"));
        ComparedRun first = runs.getFirst();
        for (ComparedRun run : runs) {
            Optional<Bootstrap> differences = differences(run);
            rows.add(List.of(
                    run.name(),
                    String.valueOf(run.evaluation().ensemble().members()),
                    Numbers.three(run.metrics().auc()),
                    text(run.intervals().auc()),
                    Numbers.three(run.metrics().accuracy()),
                    text(Optional.of(run.intervals().accuracy())),
                    difference(
                            differences.isPresent(),
                            run.metrics().auc() - first.metrics().auc()),
                    text(differences.flatMap(Bootstrap::auc)),
                    difference(
                            differences.isPresent(),
                            run.metrics().accuracy() - first.metrics().accuracy()),
                    text(differences.map(Bootstrap::accuracy))));
        }
        return rows;
    }

    private static String text(Optional<Bootstrap.Interval> interval) {
        return interval.map(Bootstrap.Interval::toText).orElse(NONE);
    }

    private static String difference(boolean paired, double value) {
        return paired && !Double.isNaN(value) ? String.format(Locale.ROOT, "%+.3f", value) : NONE;
    }

    /** Returns the settings that differ: a heading with the runs' names, then a row for each field. */
    List<List<String>> settings() {
        Set<String> names = new LinkedHashSet<>();
        runs.forEach(run -> names.addAll(run.fields().sequencedKeySet()));
        List<List<String>> rows = new ArrayList<>();
        List<String> heading = new ArrayList<>(List.of("field of run.json"));
        runs.forEach(run -> heading.add(run.name()));
        rows.add(heading);
        for (String name : names) {
            List<String> values = runs.stream()
                    .map(run -> run.fields().getOrDefault(name, NONE))
                    .toList();
            if (!UNIMPORTANT.contains(name) && values.stream().distinct().count() > 1) {
                List<String> row = new ArrayList<>(List.of(name));
                row.addAll(values);
                rows.add(row);
            }
        }
        return rows;
    }

    /** Returns how to read the results, with the runs that have other volumes. */
    List<String> notes() {
        List<String> notes = new ArrayList<>();
        ComparedRun first = runs.getFirst();
        List<String> others = runs.stream()
                .filter(run -> !run.hasSameVolumes(first))
                .map(ComparedRun::name)
                .toList();
        notes.add("Weighted ensembles on the " + split + " split. Differences are from " + first.name()
                + ". Their intervals are paired: the middle 95 % over " + Bootstrap.RESAMPLES
                + " resamples of the volumes, the same for both runs, seed " + seed
                + ". If an interval contains 0, these volumes do not show which run is better. Intervals do not cover "
                + "how results vary between trainings.");
        if (!others.isEmpty()) {
            notes.add("Not paired: " + String.join(", ", others) + (others.size() == 1 ? " was" : " were")
                    + " evaluated on other volumes or labels than " + first.name()
                    + ", going by their content, so that no difference is shown.");
        }
        return notes;
    }

    /** Returns the tables for the terminal, in Markdown. */
    public String toText() {
        List<List<String>> settings = settings();
        String sentences = String.join("\n", notes()).replace(". ", ".\n");
        return MarkdownTable.of(results()) + "\n" + sentences + "\n\n"
                + (settings.size() == 1 ? "No setting differs.\n" : MarkdownTable.of(settings));
    }
}
