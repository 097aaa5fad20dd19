/**
 * Implements pooling over voxels: the maximum of sliding windows, and the mean of a fixed number of bins.
 *
 * <p>Start with {@link dev.voxgrad.engine.op.pool3d.MaxPool3dOp}; {@code Window} computes which voxels a result
 * covers.
 */
@NullMarked
package dev.voxgrad.engine.op.pool3d;

import org.jspecify.annotations.NullMarked;
