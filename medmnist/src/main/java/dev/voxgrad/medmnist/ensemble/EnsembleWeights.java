package dev.voxgrad.medmnist.ensemble;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import dev.voxgrad.medmnist.data.AtomicFile;
import dev.voxgrad.medmnist.data.DataException;
import dev.voxgrad.medmnist.data.DataFileException;
import dev.voxgrad.medmnist.train.ModelKind;

/**
 * How much each model counts in an ensemble: the weight of its group, last or best, times that of its member, times
 * its own.
 *
 * @param last weight of the members' last models
 * @param best weight of the members' best models
 * @param members one weight per member, in order of the members
 * @param models one weight per model: members in order, of each the last and then the best
 */
public record EnsembleWeights(double last, double best, List<Double> members, List<Double> models) {
    /** The study's group weights. */
    public static final double LAST = 0.5;
    public static final double BEST = 1.5;

    public EnsembleWeights {
        members = List.copyOf(members);
        requireWeight("last", last);
        requireWeight("best", best);
        for (int i = 0; i < members.size(); i++) {
            requireWeight("member." + i, members.get(i));
        }
        models = List.copyOf(models);
        if (models.size() != members.size() * ModelKind.values().length) {
            throw new IllegalArgumentException("ensemble: " + models.size() + " weights of models for "
                    + members.size() + " members; expected " + members.size() * ModelKind.values().length);
        }
        for (int i = 0; i < models.size(); i++) {
            requireWeight("of model " + i, models.get(i));
        }
        if (sum(last, best, members, models) == 0) {
            throw new IllegalArgumentException("ensemble: all weights are zero; at least one model must count");
        }
    }

    /** Weights of groups and members, all models of such alike. */
    public EnsembleWeights(double last, double best, List<Double> members) {
        this(last, best, members, Collections.nCopies(members.size() * ModelKind.values().length, 1.0));
    }

    private static double sum(double last, double best, List<Double> members, List<Double> models) {
        return IntStream.range(0, models.size()).mapToDouble(i -> weight(last, best, members, models, i)).sum();
    }

    private static double weight(double last, double best, List<Double> members, List<Double> models, int model) {
        int kinds = ModelKind.values().length;
        double group = ModelKind.values()[model % kinds] == ModelKind.BEST ? best : last;
        return members.get(model / kinds) * group * models.get(model);
    }

    private static void requireWeight(String name, double weight) {
        if (!(weight >= 0) || Double.isInfinite(weight)) {
            throw new IllegalArgumentException("ensemble: weight " + name + " is " + weight
                    + "; expected a number of zero or more");
        }
    }

    /** The study's group weights, all members alike. */
    public static EnsembleWeights defaults(int memberCount) {
        return groups(LAST, BEST, memberCount);
    }

    /** Given group weights, all members alike. */
    public static EnsembleWeights groups(double last, double best, int memberCount) {
        return new EnsembleWeights(last, best, IntStream.range(0, memberCount).mapToObj(i -> 1.0).toList());
    }

    /** Every model counts the same. */
    public static EnsembleWeights uniform(int memberCount) {
        return groups(1, 1, memberCount);
    }

    /**
     * Reads weights from lines {@code last = 0.5}, {@code best = 1.5} and {@code member.0 = 1.0}; what is not named
     * has its default: 0.5, 1.5, and 1 for each member. Lines that begin with # are comments.
     *
     * @throws DataFileException naming the line's key if it is not one of these or not a weight
     */
    public static EnsembleWeights read(Path file, int memberCount) {
        Properties lines = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            lines.load(reader);
        } catch (IOException e) {
            throw new DataFileException(file.toString(), "cannot be read: " + AtomicFile.describe(e), e);
        } catch (IllegalArgumentException e) {
            throw new DataFileException(file.toString(), "cannot be read: " + e.getMessage(), e);
        }
        double last = number(file, lines, "last", LAST);
        double best = number(file, lines, "best", BEST);
        List<Double> members =
                IntStream.range(0, memberCount).mapToObj(i -> number(file, lines, "member." + i, 1)).toList();
        if (!lines.isEmpty()) {
            throw new DataFileException(file.toString(), "has unknown entries "
                    + new TreeSet<>(lines.stringPropertyNames()) + "; expected last, best, and member.0 to member."
                    + (memberCount - 1));
        }
        try {
            return new EnsembleWeights(last, best, members);
        } catch (IllegalArgumentException e) {
            throw new DataFileException(file.toString(), e.getMessage(), e);
        }
    }

    private static double number(Path file, Properties lines, String key, double otherwise) {
        Object text = lines.remove(key);
        try {
            return text == null ? otherwise : Double.parseDouble(text.toString());
        } catch (NumberFormatException e) {
            throw new DataFileException(file.toString(), key + " is '" + text + "'; expected a number", e);
        }
    }

    /** Whether every model counts the same, with weight 1. */
    public boolean isUniform() {
        return equals(uniform(members.size()));
    }

    /** With other weights of groups and members, and those of the models as they are; empty if nothing counts then. */
    public Optional<EnsembleWeights> with(double otherLast, double otherBest, List<Double> otherMembers) {
        return sum(otherLast, otherBest, otherMembers, models) == 0 ? Optional.empty()
                : Optional.of(new EnsembleWeights(otherLast, otherBest, otherMembers, models));
    }

    /** The weight of one model, not yet divided by the sum of all. */
    public double of(int member, ModelKind kind) {
        return weight(last, best, members, models, member * ModelKind.values().length + kind.ordinal());
    }

    /**
     * These weights, each times a factor.
     *
     * @param factors one per model: members in order, of each the last and then the best
     * @throws DataException if nothing above zero is left
     */
    public EnsembleWeights times(List<Double> factors) {
        List<Double> products = IntStream.range(0, models.size())
                .mapToObj(i -> models.get(i) * factors.get(i)).toList();
        if (sum(last, best, members, products) == 0) {
            throw new DataException("ensemble: every weight is zero: the fitted ones are " + factors + " (of each "
                    + "member its last model and its best) and are multiplied by those given, " + this
                    + "; let a model count that has a fitted weight above zero");
        }
        return new EnsembleWeights(last, best, members, products);
    }

    static List<Double> list(double[] values) {
        return Arrays.stream(values).boxed().toList();
    }

    /** For tables: {@code last 0.5, best 1.5, members 1 1 1}. */
    @Override
    public String toString() {
        return "last " + last + ", best " + best + ", members "
                + members.stream().map(String::valueOf).collect(Collectors.joining(" "));
    }
}
