package dev.voxgrad.nn.weights;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.Named;
import dev.voxgrad.nn.NamedTensor;

/**
 * States how a weights file from another source was adapted to a net. Loading allows two differences:
 *
 * <ul>
 *   <li>One prefix is removed from all names, such as {@code module.} of PyTorch's {@code nn.DataParallel}, if more
 *       names match the net without it.
 *   <li>Batch norm's counters, {@code num_batches_tracked}, may be missing or saved as floats. PyTorch also accepts
 *       files without them, since they were added late and nothing is computed from them. The net keeps its own.
 * </ul>
 *
 * @param prefix the prefix that was removed from all names; empty if there was none
 * @param absentCounters the names of the counters that are missing in the file
 */
public record Adaptation(String prefix, List<String> absentCounters) {
    /** The largest number of parts in a prefix; each wrapper adds one, and a hostile name may have any number. */
    private static final int MOST_PARTS = 8;
    /** Integers up to this are exact in float64. */
    private static final double MOST_EXACT = 0x1p53;

    public Adaptation {
        absentCounters = List.copyOf(absentCounters);
    }

    /** Returns what has to be adapted for a net with the names {@code wanted}, some of which belong to counters. */
    static Adaptation of(WeightsFile file, Set<String> wanted, Set<String> counters) {
        Set<String> names = new LinkedHashSet<>(file.tensors().keySet());
        names.addAll(file.unreadable().keySet());
        String prefix = prefix(names, wanted);
        List<String> absent = new ArrayList<>();
        for (String counter : counters) {
            if (!names.contains(prefix + counter)
                    || file.tensors().get(prefix + counter) instanceof NamedTensor saved && count(saved) == null) {
                absent.add(counter);
            }
        }
        return new Adaptation(prefix, absent);
    }

    /**
     * Returns the common prefix, of whole parts of names, without which most names are wanted; empty if there is none.
     */
    private static String prefix(Set<String> names, Set<String> wanted) {
        String common = commonPrefix(names);
        String best = "";
        long most = matches(names, "", wanted);
        int end = 0;
        for (int part = 0; part < MOST_PARTS && common.indexOf('.', end) >= 0; part++) {
            end = common.indexOf('.', end) + 1;
            String candidate = common.substring(0, end);
            long matches = matches(names, candidate, wanted);
            if (matches > most) {
                most = matches;
                best = candidate;
            }
        }
        return best;
    }

    /** Returns the longest prefix that all names share and that ends with a dot. */
    private static String commonPrefix(Set<String> names) {
        if (names.isEmpty()) {
            return "";
        }
        TreeSet<String> sorted = new TreeSet<>(names);
        String first = sorted.first();
        String last = sorted.last();
        int length = 0;
        while (length < Math.min(first.length(), last.length()) && first.charAt(length) == last.charAt(length)) {
            length++;
        }
        return first.substring(0, first.lastIndexOf('.', length - 1) + 1);
    }

    private static long matches(Set<String> names, String prefix, Set<String> wanted) {
        return names.stream()
                .filter(name -> wanted.contains(name.substring(prefix.length())))
                .count();
    }

    /** Returns the file's contents under the net's names. */
    WeightsFile apply(WeightsFile file) {
        return new WeightsFile(
                renamed(file.tensors(), NamedTensor::withName),
                file.metadata(),
                renamed(file.unreadable(), (reason, _) -> reason));
    }

    private <T> SequencedMap<String, T> renamed(Map<String, T> map, Renaming<T> renaming) {
        SequencedMap<String, T> renamed = Named.of();
        map.forEach((name, value) -> {
            String shorter = name.substring(prefix.length());
            renamed.put(shorter, renaming.apply(value, shorter));
        });
        return renamed;
    }

    /** Returns a value under another name. */
    private interface Renaming<T> {
        T apply(T value, String name);
    }

    /** Returns the tensors of an adapted file, with counters in the form that the net keeps. */
    SequencedMap<String, NamedTensor> complete(WeightsFile adapted, Layer net) {
        SequencedMap<String, NamedTensor> tensors = Named.of();
        tensors.putAll(adapted.tensors());
        net.counters().forEach((name, counter) -> {
            Long saved = absentCounters.contains(name)
                    ? Long.valueOf(counter.value())
                    : count(Objects.requireNonNull(tensors.get(name), name));
            tensors.put(name, new NamedTensor.Longs(name, Objects.requireNonNull(saved, name)));
        });
        return tensors;
    }

    /**
     * Returns the integer in a tensor of one element, or null if it isn't an integer, such as a float16 that
     * overflowed.
     */
    private static @Nullable Long count(NamedTensor tensor) {
        if (tensor.shape().elements() != 1) {
            return null;
        }
        return switch (tensor) {
            case NamedTensor.Longs longs -> longs.values()[0];
            case NamedTensor.Floats floats -> {
                float value = floats.values()[0];
                yield value == Math.rint(value) && Math.abs(value) < MOST_EXACT ? (long) value : null;
            }
        };
    }

    /** Tests whether the file was loaded without changes. */
    public boolean isNone() {
        return prefix.isEmpty() && absentCounters.isEmpty();
    }

    /** Describes what was adapted, in one sentence without a full stop. */
    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        if (!prefix.isEmpty()) {
            parts.add(WeightsFileException.shown("the prefix '" + prefix + "' was removed from all names"));
        }
        if (!absentCounters.isEmpty()) {
            parts.add(absentCounters.size() + " counters of batches, which nothing is computed from, are missing and "
                    + "keep their values");
        }
        return parts.isEmpty() ? "nothing was adapted" : String.join("; ", parts);
    }
}
