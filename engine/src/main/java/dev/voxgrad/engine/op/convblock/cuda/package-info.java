/** The fused block on a GPU: {@link dev.voxgrad.engine.op.convblock.cuda.ConvBlockCuda}. */
@NullMarked
package dev.voxgrad.engine.op.convblock.cuda;

import org.jspecify.annotations.NullMarked;
