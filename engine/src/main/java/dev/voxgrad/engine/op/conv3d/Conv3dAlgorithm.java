package dev.voxgrad.engine.op.conv3d;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.device.ConvolutionMode;
import dev.voxgrad.engine.op.conv3d.cpu.direct.DirectConvolution;
import dev.voxgrad.engine.op.conv3d.cpu.direct.DirectWeightGradient;
import dev.voxgrad.engine.op.conv3d.cpu.direct.ListedPasses;
import dev.voxgrad.engine.op.conv3d.cpu.few.TiledFewChannelsConv3d;
import dev.voxgrad.engine.op.conv3d.cpu.planar.Planar;
import dev.voxgrad.engine.op.conv3d.cpu.pointwise.TiledPointwiseConv3d;
import dev.voxgrad.engine.op.conv3d.cpu.winograd.Winograd;

/**
 * Names the algorithms that compute a pass of a convolution, and chooses one for each convolution.
 *
 * <p>The forward pass of training, that of inference and the gradients are chosen apart, because rounding errors do
 * different harm. Training compares outputs, in max pools and ReLUs, and gradients jump where rounding decides the
 * comparison of two almost equal values: it takes an algorithm with small errors. What gradients go through is decided
 * by then, so that their errors, however they arise, stay as small as they are: they may take larger tiles. Inference
 * has no gradients, and takes the fastest algorithm.
 *
 * <p>The input gradient of {@link #FEW_CHANNELS}, which is seldom required, is plain direct convolution. It counts as
 * direct.
 */
public enum Conv3dAlgorithm {
    /**
     * The sum of the definition, product by product: {@link DirectConvolution}, {@link ListedPasses} and
     * {@link DirectWeightGradient}.
     */
    DIRECT("direct"),
    /** The same sum, but with all products of a voxel computed in one go: {@link TiledFewChannelsConv3d}. */
    FEW_CHANNELS("direct-few"),
    /** The same sum for 1×1×1 kernels, as one product of matrices: {@link TiledPointwiseConv3d}. */
    POINTWISE("pointwise"),
    /** {@link Winograd}'s F(2×2×2, 3×3×3): fewer products, at the price of transforms. */
    WINOGRAD("winograd"),
    /** Winograd's algorithm in two dimensions, for kernels that are 3×3 in a plane: {@link Planar}. */
    PLANAR("planar"),
    /** {@link Planar}'s F(4×4×4, 3×3×3): the fewest products, for many tiles and channels. */
    WINOGRAD4("winograd4"),
    /** {@link Planar}'s F(2×4×4, 3×3×3), with smaller errors than F(4×4×4), and a third more products. */
    WINOGRAD_PAIRS("winograd2x4");

    /** With fewer channels, in or out, vectors are not full, and the transforms outweigh the products saved. */
    private static final int CHANNELS = 16;
    /** With a smaller volume, input or output, most of a tile is empty. */
    private static final int EDGE = 4;

    private final String label;

    Conv3dAlgorithm(String label) {
        this.label = label;
    }

    /** Returns the name that tables use: {@code winograd}. */
    public String label() {
        return label;
    }

    /**
     * Returns the algorithm that the CPU's kernels use for the forward pass of a convolution of these sizes in
     * training, and wherever it is not known whether gradients will follow; see {@link #rule}.
     */
    public static Conv3dAlgorithm of(ConvolutionMode mode, Conv3dGeometry g) {
        return of(mode, g, mode == ConvolutionMode.WINOGRAD4 ? CHANNELS : Planar.CUBIC_CHANNELS, Integer.MAX_VALUE);
    }

    /** Returns the algorithm for the gradients. */
    public static Conv3dAlgorithm ofGradients(ConvolutionMode mode, Conv3dGeometry g) {
        return of(mode, g, mode == ConvolutionMode.WINOGRAD4 ? CHANNELS : Planar.CUBIC_CHANNELS, CHANNELS);
    }

    /** Returns the algorithm for the forward pass of inference. */
    public static Conv3dAlgorithm ofInference(ConvolutionMode mode, Conv3dGeometry g) {
        return of(mode, g, CHANNELS, Integer.MAX_VALUE);
    }

    /**
     * Chooses.
     *
     * @param forLarge the minimum of channels for {@link #WINOGRAD4}
     * @param forPairs the same for {@link #WINOGRAD_PAIRS}
     */
    private static Conv3dAlgorithm of(ConvolutionMode mode, Conv3dGeometry g, int forLarge, int forPairs) {
        boolean forced = mode == ConvolutionMode.WINOGRAD;
        if (mode != ConvolutionMode.DIRECT) {
            if (Planar.isPossible(g) && (forced || Planar.pays(g))) {
                return PLANAR;
            }
            if (!forced && Planar.isPossibleInSpace(g) && pays(g)) {
                if (Planar.paysInSpace(g, forLarge)) {
                    return WINOGRAD4;
                }
                if (Planar.paysInPairs(g, forPairs)) {
                    return WINOGRAD_PAIRS;
                }
            }
            if (possible(g) && (forced || pays(g))) {
                return WINOGRAD;
            }
        }
        if (TiledFewChannelsConv3d.suits(g)) {
            return FEW_CHANNELS;
        }
        return mode != ConvolutionMode.DIRECT && TiledPointwiseConv3d.suits(g) ? POINTWISE : DIRECT;
    }

    /**
     * Returns whether the algorithm computes the views of an ACS convolution as they are, rather than the dense
     * convolution that it is equal to.
     */
    public boolean takesViews(Conv3dGeometry g) {
        return this == PLANAR || (this == DIRECT && ListedPasses.suits(g));
    }

    private static boolean possible(Conv3dGeometry g) {
        return g.kernel().equals(Dims3.cube(3))
                && g.stride().equals(Dims3.ONE)
                && g.dilation().equals(Dims3.ONE)
                && g.groups() == 1;
    }

    private static boolean pays(Conv3dGeometry g) {
        return g.inputChannels() >= CHANNELS
                && g.outputChannels() >= CHANNELS
                && g.input().atLeast(EDGE)
                && g.output().atLeast(EDGE);
    }

    /** Describes what {@link #of} chooses, in one sentence. */
    public static String rule(ConvolutionMode mode) {
        String possible = "3x3x3 kernels of stride, dilation and groups 1";
        String pointwise = "pointwise for 1x1x1 kernels of padding 0 and groups 1";
        String auto = "winograd for " + possible + ", channels >= " + CHANNELS + ", edges >= " + EDGE + ", in and out; "
                + "winograd4 instead if it takes < " + Planar.CUBIC_SHARE + " of winograd's products, or < "
                + Planar.CUBIC_SHARE_OF_MANY + " for channels >= " + Planar.MANY + "%s; "
                + "planar for 3x3 kernels in a plane, likewise, if they save " + Planar.SAVED
                + " of the products; " + pointwise + "; else direct";
        return switch (mode) {
            case AUTO ->
                auto.formatted("; in training with channels < " + Planar.CUBIC_CHANNELS
                        + ", winograd2x4 for gradients only, likewise");
            case DIRECT -> "direct everywhere";
            case WINOGRAD ->
                "winograd for all " + possible + "; planar for all such 3x3 kernels in a plane; " + pointwise
                        + "; else direct";
            case WINOGRAD4 -> auto.formatted("");
        };
    }
}
