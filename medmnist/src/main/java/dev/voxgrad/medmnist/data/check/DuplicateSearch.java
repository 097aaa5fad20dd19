package dev.voxgrad.medmnist.data.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.data.Labels;

/**
 * Finds volumes that occur more than once, in a split or in two. Equal means equal in every value; copies that were
 * shifted, scaled, compressed or resampled are not found.
 */
final class DuplicateSearch {
    private final List<SplitScan> splits;
    private final @Nullable Labels labels;
    private final Map<VolumeStatistics.Content, List<Place>> places = new LinkedHashMap<>();

    /** Locates a volume. */
    private record Place(int split, int volume) {}

    private DuplicateSearch(List<SplitScan> splits, @Nullable Labels labels) {
        this.splits = splits;
        this.labels = labels;
    }

    /**
     * Searches all splits. Blank volumes are left out: that they are equal says nothing.
     *
     * @param labels of the same splits; null if they could not be read
     */
    static List<Finding> of(List<SplitScan> splits, @Nullable Labels labels) {
        DuplicateSearch search = new DuplicateSearch(splits, labels);
        for (int s = 0; s < splits.size(); s++) {
            for (int i = 0; i < splits.get(s).size(); i++) {
                VolumeStatistics volume = splits.get(s).volumes().get(i);
                if (!volume.isBlank()) {
                    search.places
                            .computeIfAbsent(volume.content(), content -> new ArrayList<>())
                            .add(new Place(s, i));
                }
            }
        }
        List<Finding> findings = new ArrayList<>();
        search.places.values().removeIf(same -> same.size() < 2);
        for (int first = 0; first < splits.size(); first++) {
            for (int second = first; second < splits.size(); second++) {
                search.between(first, second).ifPresent(findings::add);
            }
        }
        search.contradictions().ifPresent(findings::add);
        return findings;
    }

    /** Reports the volumes of one split that are also in another, or twice in the same. */
    private Optional<Finding> between(int first, int second) {
        Examples pairs = new Examples();
        for (List<Place> same : places.values()) {
            for (Place copy : same) {
                same.stream()
                        .filter(place -> copy.split == second && place.split == first && isBefore(place, copy))
                        .findFirst()
                        .ifPresent(place -> pairs.add(() -> name(copy) + " = " + name(place)));
            }
        }
        if (pairs.count() == 0) {
            return Optional.empty();
        }
        String count = pairs.count() == 1 ? "1 volume" : pairs.count() + " volumes";
        String one = splits.get(first).name();
        String other = splits.get(second).name();
        return Optional.of(
                first == second
                        ? Finding.warning(
                                "duplicates",
                                one + ": " + count + " occurred before: " + pairs,
                                "Remove the copies, which count twice; if they are meant to, leave them")
                        : Finding.error(
                                "leakage",
                                count + " of " + other + " " + (pairs.count() == 1 ? "is" : "are") + " also in " + one
                                        + ": " + pairs,
                                "Remove them from one of the two: figures on volumes that were trained on say nothing. "
                                        + "Split by patient, not by image"));
    }

    private static boolean isBefore(Place first, Place second) {
        return first.split < second.split || first.split == second.split && first.volume < second.volume;
    }

    /** Reports equal volumes with different labels. */
    private Optional<Finding> contradictions() {
        if (labels == null) {
            return Optional.empty();
        }
        Examples pairs = new Examples();
        for (List<Place> same : places.values()) {
            Place first = same.getFirst();
            same.stream()
                    .filter(place -> !Arrays.equals(labels(first), labels(place)))
                    .findFirst()
                    .ifPresent(place -> pairs.add(() -> name(first) + " = " + name(place)));
        }
        return pairs.count() == 0
                ? Optional.empty()
                : Optional.of(Finding.error(
                        "contradiction",
                        pairs.count() + " of the volumes that occur more than once have different labels: " + pairs,
                        "Find out which label is right, and remove the others"));
    }

    private int[] labels(Place place) {
        return Objects.requireNonNull(labels).rows().get(place.split)[place.volume];
    }

    private String name(Place place) {
        return splits.get(place.split).name() + " " + place.volume;
    }
}
