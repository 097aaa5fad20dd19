/**
 * The folder of a run: {@code run.json}, tables and TensorBoard's curves. Start with
 * {@link dev.voxgrad.medmnist.run.RunFiles}, whose comment lists the files, and
 * {@link dev.voxgrad.medmnist.run.RunInfo}, which decides what may change when a run is resumed.
 */
@NullMarked
package dev.voxgrad.medmnist.run;

import org.jspecify.annotations.NullMarked;
