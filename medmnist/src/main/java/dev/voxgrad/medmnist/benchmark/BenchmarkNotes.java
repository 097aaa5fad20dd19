package dev.voxgrad.medmnist.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

import dev.voxgrad.medmnist.data.DatasetInfo;
import dev.voxgrad.medmnist.metrics.Bootstrap;
import dev.voxgrad.medmnist.run.member.MemberStatus;
import dev.voxgrad.medmnist.text.VisibleText;
import dev.voxgrad.medmnist.train.settings.TrainingRecipe;

/** Writes what a reader of a benchmark's tables must know, as paragraphs. */
public final class BenchmarkNotes {
    private static final int LONGEST_STATE = 300;
    /** Why the last epoch is the one to compare. Source: history of https://github.com/MedMNIST/experiments. */
    private static final String LAST_EPOCH = " Compare 'last' with the published figures: until May 2023, after the "
            + "paper, the official script kept as its best model another name of the model in training, so what it "
            + "printed as best was the last epoch.";

    /** What hand-made features may miss. */
    private static final String FEATURES = "Hand-made features measure the shape and the grey values of whole volumes. "
            + "They suit masks whose classes differ in size and thickness, as those of the adrenal glands, and perhaps of the vessels. Texture, "
            + "small signs such as a fracture, and the place of an organ in the body are beyond most of them: do not "
            + "expect as much on the organ, nodule, fracture and synapse sets.";

    private BenchmarkNotes() {}

    /** Returns the notes that tables of these results require. */
    public static List<String> of(BenchmarkResults results) {
        List<String> notes = new ArrayList<>();
        unfinished(results).ifPresent(notes::add);
        departures(results).ifPresent(notes::add);
        results.automatic().forEach(row -> notes.add(automatic(row)));
        if (results.automatic().stream().anyMatch(row -> row.kind() == AutomaticRow.Kind.BASELINE)) {
            notes.add(FEATURES);
        }
        boolean published = results.set().isPresent();
        notes.add("'last' is the model after the last epoch, 'best' the one with the highest validation AUC."
                + (published ? LAST_EPOCH : ""));
        notes.add("Deviations are over the runs of a row, with n − 1 in the denominator; one run has none. Intervals "
                + "are the middle 95 % over " + Bootstrap.RESAMPLES + " bootstrap resamples of the volumes: how much a "
                + "figure would vary with other volumes of the same kind, not with another training."
                + (published
                        ? " Next to them: whether the published figure is within the interval, above or below."
                        : ""));
        if (!results.rows().isEmpty()) {
            notes.add("The time per epoch is the median over all epochs, validation included, on: "
                    + results.rows().stream()
                            .map(row -> VisibleText.line(row.info().device(), LONGEST_STATE))
                            .distinct()
                            .collect(Collectors.joining("; "))
                    + ".");
        }
        results.set().ifPresent(set -> notes.addAll(sources(results, set)));
        if (results.rows().stream().anyMatch(row -> row.info().settings().recipe() == TrainingRecipe.STUDY)) {
            notes.add("Nets of the study are trained with the study's recipe, not with the benchmark's.");
        }
        if (results.set().isEmpty()) {
            notes.add("These volumes are not one of the official sets, so there are no published figures.");
        }
        return notes;
    }

    /** Returns the note on a baseline or a search. */
    private static String automatic(AutomaticRow row) {
        return "The row " + BenchmarkTables.name(row) + " has the figures of the "
                + row.kind().words() + " "
                + VisibleText.line(row.name(), LONGEST_STATE) + ", not of "
                + row.kind().method() + " itself"
                + (row.kind() == AutomaticRow.Kind.BASELINE
                        ? "; 'last' is its ensemble of classical models, chosen on train"
                        : ", chosen by validation AUC")
                + (row.seconds() == null ? "" : "; it took " + BenchmarkTables.duration(row.seconds())) + ".";
    }

    /** Returns the note on runs that the tables lack. */
    private static Optional<String> unfinished(BenchmarkResults results) {
        List<String> states = new ArrayList<>();
        for (BenchmarkRow row : results.rows()) {
            int epochs = row.info().settings().epochs();
            for (MemberStatus member : row.unfinished()) {
                states.add(row.net().name() + " " + member.index() + " ("
                        + (member.finished()
                                ? "finished, to be evaluated"
                                : VisibleText.line(member.words(), LONGEST_STATE) + ", " + member.epochs() + " of "
                                        + epochs + " epochs")
                        + ")");
            }
        }
        return states.isEmpty() ? Optional.empty() : Optional.of("Not finished: " + String.join("; ", states) + ".");
    }

    private static Optional<String> departures(BenchmarkResults results) {
        List<String> departures = new ArrayList<>();
        for (BenchmarkRow row : results.rows()) {
            List<String> ofRow = RowRecipe.departures(row.info());
            if (!ofRow.isEmpty()) {
                departures.add(row.net().name() + " (" + String.join(", ", ofRow) + ")");
            }
        }
        return departures.isEmpty()
                ? Optional.empty()
                : Optional.of("Not trained as the recipe says, so not quite comparable: "
                        + String.join("; ", departures) + ".");
    }

    private static List<String> sources(BenchmarkResults results, DatasetInfo set) {
        List<String> notes = new ArrayList<>();
        notes.add("Published figures are of the test split, volumes of 28³"
                + (results.hasPublishedSize() ? "" : ", whereas these rows have another size") + ": "
                + PublishedRow.CITATION + ", " + PublishedRow.ADDRESS
                + ". 'Original study' is an ensemble of 15 nets, trained for 500 epochs each: "
                + PublishedRow.STUDY_CITATION + ".");
        if (set == DatasetInfo.NODULE || set == DatasetInfo.VESSEL) {
            notes.add("The volumes of this set were revised after its first publication. Except for ResNet-50 + 3D, "
                    + "its published figures are known here from one copy of the paper's table only, that in the "
                    + "study's report.");
        }
        return notes;
    }
}
