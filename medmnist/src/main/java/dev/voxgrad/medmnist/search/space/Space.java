package dev.voxgrad.medmnist.search.space;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.voxgrad.engine.random.RandomPurpose;
import dev.voxgrad.engine.random.RandomStream;

import static dev.voxgrad.medmnist.io.BadValueException.require;
import static dev.voxgrad.medmnist.io.BadValueException.requireWithin;

/**
 * Lists the dimensions that a search chooses from, and the configurations that it tries first.
 *
 * <p>A dimension may be conditional: it is active only if an earlier one has certain values. A {@link Configuration} of
 * the space has a value for each active dimension and for no other.
 *
 * @param dimensions in order; a condition refers to an earlier dimension with a choice of values
 * @param first configurations of this space that a search tries before all others
 */
public record Space(List<Dimension> dimensions, List<Configuration> first) {
    /** The most configurations that can be tried first. */
    public static final int MOST_FIRST = 100;

    public Space {
        dimensions = List.copyOf(dimensions);
        requireWithin("number of dimensions", dimensions.size(), 1, Configuration.MOST_DIMENSIONS);
        for (int i = 0; i < dimensions.size(); i++) {
            requireFits(dimensions.get(i), dimensions.subList(0, i));
        }
        requireWithin("number of first configurations", first.size(), 0, MOST_FIRST);
        List<Dimension> all = dimensions;
        first = first.stream().map(one -> canonical(all, one)).distinct().toList();
    }

    /** Checks a dimension against those before it. */
    static void requireFits(Dimension dimension, List<Dimension> before) {
        require(
                before.stream().noneMatch(other -> other.name().equals(dimension.name())),
                "dimension",
                dimension.name(),
                "each dimension once");
        Condition condition = dimension.condition();
        if (condition == null) {
            return;
        }
        List<String> values = before.stream()
                .filter(one -> one.name().equals(condition.dimension()))
                .map(Dimension::domain)
                .flatMap(domain -> domain instanceof Domain.Choice choice ? choice.values().stream() : Stream.empty())
                .toList();
        require(!values.isEmpty(), "condition", condition.toText(), "a dimension above, with a choice of values");
        require(
                values.containsAll(condition.values()),
                "condition",
                condition.toText(),
                "values of " + condition.dimension() + ": " + String.join(", ", values));
    }

    /** Returns the configuration that a trial has without knowledge of others: each dimension from its prior. */
    public Configuration draw(long seed, int trial) {
        return fill(streams(seed, trial, RandomPurpose.SEARCH));
    }

    /**
     * Returns one random stream for each dimension, named by (seed, trial, dimension, purpose), so that the values of a
     * trial depend on nothing else.
     */
    public List<RandomStream> streams(long seed, int trial, RandomPurpose purpose) {
        List<RandomStream> streams = new ArrayList<>();
        for (int i = 0; i < dimensions.size(); i++) {
            streams.add(new RandomStream(seed, trial, i, purpose));
        }
        return streams;
    }

    /** Returns a configuration whose values are drawn from the prior, each dimension's from its own stream. */
    public Configuration fill(List<RandomStream> streams) {
        return fill((dimension, index) -> dimension.domain().draw(streams.get(index)));
    }

    /**
     * Returns a configuration with a given value for each active dimension.
     *
     * @param value returns the value for a dimension and its index
     */
    public Configuration fill(BiFunction<Dimension, Integer, String> value) {
        Configuration configuration = Configuration.EMPTY;
        for (int i = 0; i < dimensions.size(); i++) {
            Dimension dimension = dimensions.get(i);
            if (dimension.isActive(configuration)) {
                configuration = configuration.with(dimension.name(), value.apply(dimension, i));
            }
        }
        return configuration;
    }

    /**
     * Returns a configuration in the order and spelling of this space.
     *
     * @throws IllegalArgumentException if it is none of this space; the message says why
     */
    public Configuration canonical(Configuration configuration) {
        return canonical(dimensions, configuration);
    }

    private static Configuration canonical(List<Dimension> dimensions, Configuration configuration) {
        Set<String> rest = new LinkedHashSet<>(configuration.values().keySet());
        Configuration result = Configuration.EMPTY;
        for (Dimension dimension : dimensions) {
            if (dimension.isActive(result)) {
                result = result.with(dimension.name(), canonical(dimension, configuration));
                rest.remove(dimension.name());
            }
        }
        require(rest.isEmpty(), "configuration", configuration, "no " + String.join(", ", rest));
        return result;
    }

    private static String canonical(Dimension dimension, Configuration configuration) {
        Optional<String> found = configuration.find(dimension.name());
        require(found.isPresent(), "configuration", configuration, "a value for " + dimension.name());
        try {
            return dimension.domain().canonical(found.orElseThrow());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(dimension.name() + ": " + e.getMessage(), e);
        }
    }

    /** Returns the space as its file spells it; {@link SpaceFile#parse} reads it as an equal one. */
    public String toText() {
        String text = dimensions.stream().map(one -> one.toText() + "\n").collect(Collectors.joining());
        return first.stream()
                .map(one -> SpaceFile.FIRST + " " + one.toText() + "\n")
                .collect(Collectors.joining("", text, ""));
    }
}
