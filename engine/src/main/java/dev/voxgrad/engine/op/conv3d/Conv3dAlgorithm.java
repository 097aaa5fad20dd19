package dev.voxgrad.engine.op.conv3d;

/** How a pass of a convolution is computed. */
public enum Conv3dAlgorithm {
    /** The sum of the definition, product by product: {@link Correlation} and {@link WeightGradient}. */
    DIRECT("direct"),
    /** The same sum with all products of a voxel taken in one go: {@link FewChannelsStream}. */
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
