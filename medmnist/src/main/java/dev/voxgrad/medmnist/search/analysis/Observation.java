package dev.voxgrad.medmnist.search.analysis;

import dev.voxgrad.medmnist.search.space.Configuration;

/**
 * Contains what became of a configuration.
 *
 * @param value the figure to explain, such as a validation AUC; finite
 */
public record Observation(Configuration configuration, double value) {}
