/**
 * Features: numbers that describe one volume, for models that need no net.
 *
 * <p>{@link dev.voxgrad.medmnist.baseline.feature.FeatureSets} finds a {@link
 * dev.voxgrad.medmnist.baseline.feature.FeatureSet} by its flag, and {@link
 * dev.voxgrad.medmnist.baseline.feature.FeatureTable} computes it for a split. The features of a volume depend on that
 * volume alone, never on others or on labels.
 */
@NullMarked
package dev.voxgrad.medmnist.baseline.feature;

import org.jspecify.annotations.NullMarked;
