package dev.voxgrad.medmnist.model;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.io.TextFile;
import dev.voxgrad.medmnist.run.ModelKind;

/**
 * Holds the weights of the models in an ensemble. A model's weight is that of its group, last or best, times that of
 * its member, times its own.
 *
 * @param last weight of the members' last models
 * @param best weight of the members' best models
 * @param members one weight per member, in order of the members
 * @param baselines one weight per baseline, which is one model, has no group, and is none of the members
 * @param models one weight per model: members in order, for each the last model, then the best; then the baselines
 */
public record EnsembleWeights(
        double last, double best, List<Double> members, List<Double> baselines, List<Double> models) {
    /** The study's group weights. */
    public static final double LAST = 0.5;

    public static final double BEST = 1.5;
    private static final double LEAST = 1e-9;
    private static final double MOST = 1e9;
    /** The most unknown entries of a file that a message names. */
    private static final int MOST_NAMED = 5;

    public EnsembleWeights {
        members = List.copyOf(members);
        requireGiven("last", last);
        requireGiven("best", best);
        for (int i = 0; i < members.size(); i++) {
            requireGiven("member." + i, members.get(i));
        }
        baselines = List.copyOf(baselines);
        for (int b = 0; b < baselines.size(); b++) {
            requireGiven("baseline." + b, baselines.get(b));
        }
        models = List.copyOf(models);
        int expected = count(members.size(), baselines.size());
        if (models.size() != expected) {
            throw new IllegalArgumentException("ensemble: " + models.size() + " weights of models for " + members.size()
                    + " members and " + baselines.size() + " baselines; expected " + expected);
        }
        for (int i = 0; i < models.size(); i++) {
            requireWeight("of model " + i, models.get(i));
        }
        if (sum(last, best, members, baselines, models) == 0) {
            throw new IllegalArgumentException("ensemble: all weights are zero; at least one model must count");
        }
    }

    /** Creates weights of groups and members; a model's own weight is 1. */
    public EnsembleWeights(double last, double best, List<Double> members) {
        this(last, best, members, List.of());
    }

    /** Creates weights of groups, members and baselines; a model's own weight is 1. */
    public EnsembleWeights(double last, double best, List<Double> members, List<Double> baselines) {
        this(last, best, members, baselines, Collections.nCopies(count(members.size(), baselines.size()), 1.0));
    }

    private static int count(int members, int baselines) {
        return members * ModelKind.values().length + baselines;
    }

    private static double sum(
            double last, double best, List<Double> members, List<Double> baselines, List<Double> models) {
        return IntStream.range(0, models.size())
                .mapToDouble(i -> weight(last, best, members, baselines, models, i))
                .sum();
    }

    private static double weight(
            double last, double best, List<Double> members, List<Double> baselines, List<Double> models, int model) {
        int kinds = ModelKind.values().length;
        int baseline = model - members.size() * kinds;
        if (baseline >= 0) {
            return baselines.get(baseline) * models.get(model);
        }
        double group = ModelKind.values()[model % kinds] == ModelKind.BEST ? best : last;
        return members.get(model / kinds) * group * models.get(model);
    }

    /** Checks a weight given by the user: within these bounds, no product or sum of weights overflows or vanishes. */
    private static void requireGiven(String name, double weight) {
        requireWeight(name, weight);
        if (weight > MOST || weight != 0 && weight < LEAST) {
            throw new IllegalArgumentException(
                    "ensemble: weight " + name + " is " + weight + "; expected 0, or " + LEAST + " to " + MOST);
        }
    }

    private static void requireWeight(String name, double weight) {
        if (!(weight >= 0) || Double.isInfinite(weight)) {
            throw new IllegalArgumentException(
                    "ensemble: weight " + name + " is " + weight + "; expected zero or more");
        }
    }

    /** Returns the study's group weights, with equal members. */
    public static EnsembleWeights defaults(int memberCount) {
        return groups(LAST, BEST, memberCount);
    }

    /** Returns these group weights, with equal members. */
    public static EnsembleWeights groups(double last, double best, int memberCount) {
        return new EnsembleWeights(
                last, best, IntStream.range(0, memberCount).mapToObj(i -> 1.0).toList());
    }

    /** Returns equal weights of all models. */
    public static EnsembleWeights uniform(int memberCount) {
        return groups(1, 1, memberCount);
    }

    /** Returns equal weights of all models of members and of all baselines. */
    public static EnsembleWeights uniform(int memberCount, int baselineCount) {
        return new EnsembleWeights(
                1, 1, Collections.nCopies(memberCount, 1.0), Collections.nCopies(baselineCount, 1.0));
    }

    /** Returns the weight of each of some baselines that together count as much as all nets. */
    public static double asMuchAsNets(double last, double best, List<Double> members, int baselineCount) {
        double nets =
                members.stream().mapToDouble(weight -> weight * (last + best)).sum();
        return nets == 0 ? 1 : nets / baselineCount;
    }

    /** Reads weights of members alone; otherwise as the other method. */
    public static EnsembleWeights read(Path file, int memberCount) {
        return read(file, memberCount, 0);
    }

    /**
     * Reads weights from lines {@code last = 0.5}, {@code best = 1.5}, {@code member.0 = 1.0} and {@code baseline.0 =
     * 6}; entries that are not given have their defaults: 0.5, 1.5, 1 for each member, and for the baselines together
     * as much as for all nets. Lines that start with # are comments.
     *
     * @throws DataFileException if a key is not one of these or its value not a weight; the message names the key
     */
    public static EnsembleWeights read(Path file, int memberCount, int baselineCount) {
        SortedMap<String, String> entries = entries(file);
        double last = number(file, entries, "last", LAST);
        double best = number(file, entries, "best", BEST);
        List<Double> members = IntStream.range(0, memberCount)
                .mapToObj(i -> number(file, entries, "member." + i, 1))
                .toList();
        double otherwise = asMuchAsNets(last, best, members, baselineCount);
        List<Double> baselines = IntStream.range(0, baselineCount)
                .mapToObj(b -> number(file, entries, "baseline." + b, otherwise))
                .toList();
        if (!entries.isEmpty()) {
            throw new DataFileException(
                    file.toString(),
                    "has unknown entries "
                            + entries.keySet().stream()
                                    .limit(MOST_NAMED)
                                    .map(TextFile::shown)
                                    .toList()
                            + "; expected last, best, and member.0 to member." + (memberCount - 1)
                            + (baselineCount == 0 ? "" : ", and baseline.0 to baseline." + (baselineCount - 1)));
        }
        try {
            return new EnsembleWeights(last, best, members, baselines);
        } catch (IllegalArgumentException e) {
            throw new DataFileException(file.toString(), String.valueOf(e.getMessage()), e);
        }
    }

    /** Returns the text after each key; a key ends at a blank, {@code =} or {@code :}. */
    private static SortedMap<String, String> entries(Path file) {
        SortedMap<String, String> entries = new TreeMap<>();
        for (String line : TextFile.lines(file)) {
            String entry = line.strip();
            if (entry.isEmpty() || entry.startsWith("#")) {
                continue;
            }
            String[] parts = entry.split("\\s*[=:\\s]\\s*", 2);
            if (entries.put(parts[0], parts.length == 1 ? "" : parts[1]) != null) {
                throw new DataFileException(
                        file.toString(), "has two entries " + TextFile.shown(parts[0]) + "; expected each once");
            }
        }
        return entries;
    }

    private static double number(Path file, SortedMap<String, String> entries, String key, double otherwise) {
        String text = entries.remove(key);
        try {
            return text == null ? otherwise : TextFile.decimal(text);
        } catch (NumberFormatException e) {
            throw new DataFileException(
                    file.toString(),
                    key + " is '" + TextFile.shown(text) + "'; expected a number such as 0.25 or 1e-7",
                    e);
        }
    }

    /** Returns whether all models have weight 1. */
    public boolean isUniform() {
        return equals(uniform(members.size(), baselines.size()));
    }

    /** Returns the models' weights with other ones of groups and members; empty if all products are zero. */
    public Optional<EnsembleWeights> with(double otherLast, double otherBest, List<Double> otherMembers) {
        return sum(otherLast, otherBest, otherMembers, baselines, models) == 0
                ? Optional.empty()
                : Optional.of(new EnsembleWeights(otherLast, otherBest, otherMembers, baselines, models));
    }

    /** Returns the weights of the members alone; empty if they are all zero. */
    public Optional<EnsembleWeights> withoutBaselines() {
        List<Double> ofMembers = models.subList(0, models.size() - baselines.size());
        return sum(last, best, members, List.of(), ofMembers) == 0
                ? Optional.empty()
                : Optional.of(new EnsembleWeights(last, best, members, List.of(), ofMembers));
    }

    /** Returns the weights of some members, by their positions; group weights stay. */
    EnsembleWeights ofMembers(List<Integer> positions) {
        int kinds = ModelKind.values().length;
        return new EnsembleWeights(
                last,
                best,
                positions.stream().map(members::get).toList(),
                List.of(),
                positions.stream()
                        .flatMap(position -> models.subList(position * kinds, (position + 1) * kinds).stream())
                        .toList());
    }

    /** Returns the weight of one model, not divided by the sum of all. */
    public double of(int member, ModelKind kind) {
        return of(member * ModelKind.values().length + kind.ordinal());
    }

    /** Returns the weight of a baseline, not divided by the sum of all. */
    public double ofBaseline(int baseline) {
        return of(models.size() - baselines.size() + baseline);
    }

    private double of(int model) {
        return weight(last, best, members, baselines, models, model);
    }

    /**
     * Returns these weights, each times a factor.
     *
     * @param factors one per model, in the order of {@link #models}
     * @throws DataException if all products are zero
     */
    public EnsembleWeights times(List<Double> factors) {
        List<Double> products = IntStream.range(0, models.size())
                .mapToObj(i -> models.get(i) * factors.get(i))
                .toList();
        if (sum(last, best, members, baselines, products) == 0) {
            throw new DataException("ensemble: every weight is zero: the fitted ones are " + factors + " (for each "
                    + "member, its last model and its best) and are multiplied by those given, " + this
                    + "; give a weight above zero to a model whose fitted weight is above zero");
        }
        return new EnsembleWeights(last, best, members, baselines, products);
    }

    /** Returns the weights for tables: {@code last 0.5, best 1.5, members 1 1 1}; also of baselines, if there are any. */
    @Override
    public String toString() {
        return "last " + last + ", best " + best + ", members " + spaced(members)
                + (baselines.isEmpty() ? "" : ", baselines " + spaced(baselines));
    }

    private static String spaced(List<Double> weights) {
        return weights.stream().map(String::valueOf).collect(Collectors.joining(" "));
    }
}
