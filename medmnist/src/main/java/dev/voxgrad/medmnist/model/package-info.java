/**
 * Trained models, ready for use: the weight files of a run's members, how volumes are prepared for them, and the logits
 * of one file or of the ensemble. Start with {@link dev.voxgrad.medmnist.model.TrainedModel}.
 */
@NullMarked
package dev.voxgrad.medmnist.model;

import org.jspecify.annotations.NullMarked;
