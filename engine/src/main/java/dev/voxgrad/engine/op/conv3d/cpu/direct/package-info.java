/**
 * Direct convolution: the sums of the definition, product by product, in vectors. Start with
 * {@link dev.voxgrad.engine.op.conv3d.cpu.direct.DirectConvolution}, which computes the forward pass and the input
 * gradient; {@link dev.voxgrad.engine.op.conv3d.cpu.direct.DirectWeightGradient} computes the weight gradient.
 */
@NullMarked
package dev.voxgrad.engine.op.conv3d.cpu.direct;

import org.jspecify.annotations.NullMarked;
