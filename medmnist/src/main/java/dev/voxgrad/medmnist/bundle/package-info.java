/**
 * Bundles: a trained model as one ZIP file, with a model card, to be handed to others. Start with
 * {@link dev.voxgrad.medmnist.bundle.BundleWriter}; {@link dev.voxgrad.medmnist.model.TrainedModel} opens bundles.
 */
@NullMarked
package dev.voxgrad.medmnist.bundle;

import org.jspecify.annotations.NullMarked;
