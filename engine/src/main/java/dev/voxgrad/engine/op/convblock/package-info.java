/**
 * Convolution, batch norm, ReLU and max pool, or a whole residual block, fused into one operation, which is how nets
 * run them by default. Start with {@link dev.voxgrad.engine.op.convblock.ConvBlockOp};
 * {@link dev.voxgrad.engine.op.convblock.ConvBlockReference} shows what it stands for, and {@code nn.Chain} and
 * {@code nn.Residual} decide which layers it replaces.
 */
@NullMarked
package dev.voxgrad.engine.op.convblock;

import org.jspecify.annotations.NullMarked;
