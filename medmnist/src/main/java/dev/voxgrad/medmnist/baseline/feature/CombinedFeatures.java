package dev.voxgrad.medmnist.baseline.feature;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import dev.voxgrad.medmnist.data.VolumeShape;

/**
 * Combines the features of several sets, one set after the other.
 *
 * @param parts the sets, at least two
 */
record CombinedFeatures(List<FeatureSet> parts) implements FeatureSet {
    CombinedFeatures {
        parts = List.copyOf(parts);
    }

    @Override
    public String flag() {
        return parts.stream().map(FeatureSet::flag).collect(Collectors.joining("+"));
    }

    @Override
    public List<String> names(VolumeShape shape) {
        return parts.stream().flatMap(part -> part.names(shape).stream()).toList();
    }

    @Override
    public long count(VolumeShape shape) {
        return parts.stream().mapToLong(part -> part.count(shape)).sum();
    }

    @Override
    public double[] of(float[] volume, VolumeShape shape) {
        return parts.stream()
                .map(part -> part.of(volume, shape))
                .flatMapToDouble(Arrays::stream)
                .toArray();
    }
}
