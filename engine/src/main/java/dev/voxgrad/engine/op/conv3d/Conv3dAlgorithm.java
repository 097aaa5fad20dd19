package dev.voxgrad.engine.op.conv3d;

import dev.voxgrad.engine.op.conv3d.cpu.direct.DirectConvolution;
import dev.voxgrad.engine.op.conv3d.cpu.direct.DirectWeightGradient;
import dev.voxgrad.engine.op.conv3d.cpu.few.TiledFewChannelsConv3d;
import dev.voxgrad.engine.op.conv3d.cpu.winograd.Winograd;

/** How a pass of a convolution is computed. */
public enum Conv3dAlgorithm {
    /** The sum of the definition, product by product: {@link DirectConvolution} and {@link DirectWeightGradient}. */
    DIRECT("direct"),
    /** The same sum with all products of a voxel taken in one go: {@link TiledFewChannelsConv3d}. */
    FEW_CHANNELS("direct-few"),
    /** {@link Winograd}'s F(2×2×2, 3×3×3): fewer products, at the price of transforms. */
    WINOGRAD("winograd");

    private final String label;

    Conv3dAlgorithm(String label) {
        this.label = label;
    }

    /** As in tables: {@code winograd}. */
    public String label() {
        return label;
    }
}
