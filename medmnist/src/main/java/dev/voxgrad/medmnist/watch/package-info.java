/**
 * Shows what happens inside: {@link dev.voxgrad.medmnist.watch.StepWatch} takes one real training step and keeps
 * everything that passes through it, {@link dev.voxgrad.medmnist.watch.ConvolutionWatch} computes one convolution on
 * every device and by every algorithm. {@link dev.voxgrad.medmnist.watch.WatchPage} makes a page of either, which is
 * complete in one file; its scripts and styles are in the resources of this package.
 */
@NullMarked
package dev.voxgrad.medmnist.watch;

import org.jspecify.annotations.NullMarked;
