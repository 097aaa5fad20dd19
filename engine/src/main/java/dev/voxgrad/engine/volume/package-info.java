/**
 * Transforms volumes in the heap, for data augmentation: resampling, blur and motion artefacts.
 *
 * <p>Start with {@link dev.voxgrad.engine.volume.Volume}. These transforms run on the threads that load data, one
 * volume per thread, and need neither tensors nor devices.
 */
@NullMarked
package dev.voxgrad.engine.volume;

import org.jspecify.annotations.NullMarked;
