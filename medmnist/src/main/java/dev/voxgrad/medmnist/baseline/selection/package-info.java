/**
 * The choice of models by the training split alone: folds, out-of-fold predictions, and an ensemble that is selected on
 * them. Nothing here takes labels of another split.
 */
@NullMarked
package dev.voxgrad.medmnist.baseline.selection;

import org.jspecify.annotations.NullMarked;
