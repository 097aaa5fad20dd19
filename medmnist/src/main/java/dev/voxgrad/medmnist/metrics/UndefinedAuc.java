package dev.voxgrad.medmnist.metrics;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeData;

/**
 * Describes scores on a split whose AUC is undefined: the reason, and the areas of the classes or labels that have one.
 *
 * @param reason the classes or labels that the split lacks
 * @param areas one for each class or label that occurs in some volumes but not in all
 */
public record UndefinedAuc(String reason, List<Area> areas) {
    /**
     * Represents the AUC of one class against the rest, or of one label.
     *
     * @param index of the class or label
     * @param auc in [0, 1]
     */
    public record Area(int index, String name, double auc) {}

    /**
     * Returns the description of these scores; empty if the AUC is defined.
     *
     * @param scores probabilities, (N, classes); a binary task may have one column only
     */
    public static Optional<UndefinedAuc> of(VolumeData data, Split split, double[][] scores) {
        ClassCoverage coverage = ClassCoverage.of(data, split);
        return coverage.missing()
                .map(missing -> new UndefinedAuc(
                        missing, data.classes() == 2 && !split.isMultiLabel() ? List.of() : areas(coverage, scores)));
    }

    private static List<Area> areas(ClassCoverage coverage, double[][] scores) {
        return OneVsRest.of(coverage.data(), coverage.split(), scores).stream()
                .filter(OneVsRest::isDefined)
                .map(question ->
                        new Area(question.index(), question.name(), RocAuc.of(question.positive(), question.scores())))
                .toList();
    }

    /**
     * Returns a footnote for a table of scores: why there is no AUC, and the areas there are instead.
     *
     * @param mark the text that the table shows instead of the AUC
     */
    public String footnote(String mark) {
        String why = "AUC is undefined (" + mark + "): " + reason + ". MedMNIST's evaluator has none here either.";
        if (areas.isEmpty()) {
            return why;
        }
        double mean = areas.stream().mapToDouble(Area::auc).average().orElseThrow();
        return why + " AUC of each class or label that has one, against the rest: "
                + areas.stream()
                        .map(area -> area.index() + " (" + area.name() + ") " + three(area.auc()))
                        .collect(Collectors.joining(", "))
                + (areas.size() == 1 ? "." : "; their mean, which is not MedMNIST's figure: " + three(mean) + ".");
    }

    private static String three(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }
}
