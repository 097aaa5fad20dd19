/**
 * Trials before a training that may take days:
 * {@link dev.voxgrad.medmnist.trial.OverfitCheck} shows whether a net can learn one batch by heart.
 */
@NullMarked
package dev.voxgrad.medmnist.trial;

import org.jspecify.annotations.NullMarked;
