/**
 * Direct convolution: the sums of the definition, product by product, in vectors. Start with
 * {@link dev.voxgrad.engine.op.conv3d.cpu.direct.DirectPasses} and its two forms: rows of padded slabs, in
 * {@link dev.voxgrad.engine.op.conv3d.cpu.direct.DirectConvolution}, and lists of positions, which join short rows and
 * know the views of ACS convolutions, in {@link dev.voxgrad.engine.op.conv3d.cpu.direct.ListedPasses}.
 * {@link dev.voxgrad.engine.op.conv3d.cpu.direct.DirectWeightGradient} computes the weight gradient of both.
 */
@NullMarked
package dev.voxgrad.engine.op.conv3d.cpu.direct;

import org.jspecify.annotations.NullMarked;
