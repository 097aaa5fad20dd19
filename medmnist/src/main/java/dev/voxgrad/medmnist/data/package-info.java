/**
 * Data sets: from a file of volumes to the batches of a training step.
 *
 * <p>{@link dev.voxgrad.medmnist.data.VolumeLoader} reads a file and checks it, {@link
 * dev.voxgrad.medmnist.data.VolumeData} contains its three splits, and {@link dev.voxgrad.medmnist.data.BatchLoader}
 * prepares batches in the background. Start with {@code SampleReader}, the way of one volume into a batch.
 */
@NullMarked
package dev.voxgrad.medmnist.data;

import org.jspecify.annotations.NullMarked;
