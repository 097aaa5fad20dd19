/**
 * Augmentation: random changes of training volumes.
 *
 * <p>A {@link dev.voxgrad.medmnist.augment.Transform} draws a change and applies it; a
 * {@link dev.voxgrad.medmnist.augment.Recipe} lists transforms with their probabilities. To add a transform, write a
 * record and add it to a recipe. Start with {@link dev.voxgrad.medmnist.augment.RandomFlip}, the shortest.
 */
@NullMarked
package dev.voxgrad.medmnist.augment;

import org.jspecify.annotations.NullMarked;
