package dev.voxgrad.medmnist.search.analysis;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.voxgrad.medmnist.search.space.Dimension;
import dev.voxgrad.medmnist.search.space.Domain;

/** Groups trials by their values of a dimension. */
final class Groups {
    /** The number of groups of a dimension with more numbers as values. */
    static final int QUARTERS = 4;

    private Groups() {}

    /** Returns the group of each observation, from 0 without gaps. */
    static int[] of(Dimension dimension, List<Observation> observations) {
        List<String> keys = observations.stream()
                .map(one -> one.configuration().find(dimension.name()).orElse("none"))
                .toList();
        return numbered(
                dimension.domain() instanceof Domain.Numeric numeric && numeric.size() > QUARTERS
                        ? quarters(dimension, numeric, observations)
                        : keys);
    }

    /** Returns the quarter of each observation that has a value; equal values are in the same one. */
    private static List<String> quarters(Dimension dimension, Domain.Numeric numeric, List<Observation> observations) {
        double[] positions = observations.stream()
                .flatMap(one -> one.configuration().find(dimension.name()).stream())
                .mapToDouble(numeric::position)
                .sorted()
                .toArray();
        return observations.stream()
                .map(one -> one.configuration()
                        .find(dimension.name())
                        .map(value -> quarter(positions, numeric.position(value)))
                        .orElse("none"))
                .toList();
    }

    private static String quarter(double[] sorted, double position) {
        long below = Arrays.stream(sorted).filter(other -> other < position).count();
        return "quarter " + below * QUARTERS / sorted.length;
    }

    private static int[] numbered(List<String> keys) {
        Map<String, Integer> numbers = new LinkedHashMap<>();
        return keys.stream()
                .mapToInt(key -> numbers.computeIfAbsent(key, _ -> numbers.size()))
                .toArray();
    }
}
