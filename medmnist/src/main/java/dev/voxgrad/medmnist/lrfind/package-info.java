/**
 * The learning-rate range test. {@link dev.voxgrad.medmnist.lrfind.LearningRateCurve} contains its formulas and the
 * suggestion; {@link dev.voxgrad.medmnist.lrfind.LearningRateFinder} trains a net for it.
 */
@NullMarked
package dev.voxgrad.medmnist.lrfind;

import org.jspecify.annotations.NullMarked;
