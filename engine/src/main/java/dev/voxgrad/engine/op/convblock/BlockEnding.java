package dev.voxgrad.engine.op.convblock;

import org.jspecify.annotations.Nullable;

/** Says what follows batch norm in the last unit of a {@link ConvBlockOp}. */
public sealed interface BlockEnding {
    /** Ends with ReLU, as every other unit does: y = aₙ. */
    record Rectified() implements BlockEnding {}

    /** Ends with ReLU and a max pool of 2×2×2 with stride 2: y = maxPool(aₙ). */
    record Pooled() implements BlockEnding {}

    /**
     * Adds a shortcut before ReLU, as a residual block (He et al., "Deep Residual Learning for Image Recognition",
     * CVPR 2016) does: y = max(norm(zₙ) + shortcut(x), 0).
     *
     * @param projection the convolution and batch norm of the shortcut; null for shortcut(x) = x
     */
    record Residual(ConvBlockOp.@Nullable Unit projection) implements BlockEnding {}
}
