/**
 * Implements batch normalisation.
 *
 * <p>Start with {@link dev.voxgrad.engine.op.batchnorm.BatchNormOp}. On the CPU, {@code Columns} divides the arrays
 * and {@code Moments} joins statistics without losing digits; {@code ChannelsCuda} is the counterpart on a GPU.
 */
@NullMarked
package dev.voxgrad.engine.op.batchnorm;

import org.jspecify.annotations.NullMarked;
