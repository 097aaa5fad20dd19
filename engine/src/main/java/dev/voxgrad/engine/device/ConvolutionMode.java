package dev.voxgrad.engine.device;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.op.conv3d.Conv3dAlgorithm;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.cpu.few.TiledFewChannelsConv3d;

/**
 * Who chooses the {@link Conv3dAlgorithm}: the rule, or the user for all convolutions. A device is made with one choice
 * and keeps it, since the algorithms differ in their last digits.
 *
 * <p>All passes of a convolution take the same algorithm, but for {@link Conv3dAlgorithm#FEW_CHANNELS}, whose input
 * gradient, seldom asked for, is plain direct convolution. It counts as direct.
 */
public enum ConvolutionMode {
    /** The faster one, by {@link #rule}. */
    AUTO,
    /** Direct convolution everywhere. */
    DIRECT,
    /**
     * Winograd wherever it is possible, even where it is slower: 3×3×3 kernels with stride, dilation and groups 1.
     * All other convolutions are direct, which is no error: a net may have some of both.
     */
    WINOGRAD;

    /** Fewer channels, in or out, do not fill vectors, and their transforms outweigh the products that are saved. */
    private static final int CHANNELS = 16;
    /** Smaller volumes, input or output, leave most of a tile empty. */
    private static final int EDGE = 4;

    /** As on the command line: {@code auto}. */
    public String flag() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The choice of that name.
     *
     * @throws IllegalArgumentException for another name; lists the known ones
     */
    public static ConvolutionMode byFlag(String flag) {
        return Arrays.stream(values())
                .filter(choice -> choice.flag().equals(flag))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("convolution: '" + flag + "' is unknown; choose "
                        + Arrays.stream(values()).map(ConvolutionMode::flag).collect(Collectors.joining(", "))));
    }

    /** What the CPU's kernels take for a convolution of these sizes. */
    public Conv3dAlgorithm algorithm(Conv3dGeometry g) {
        boolean winograd = switch (this) {
            case AUTO -> possible(g) && pays(g);
            case DIRECT -> false;
            case WINOGRAD -> possible(g);
        };
        if (winograd) {
            return Conv3dAlgorithm.WINOGRAD;
        }
        return TiledFewChannelsConv3d.suits(g) ? Conv3dAlgorithm.FEW_CHANNELS : Conv3dAlgorithm.DIRECT;
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

    /** What {@link #algorithm} does, in a sentence. */
    public String rule() {
        String possible = "3x3x3 kernels of stride, dilation and groups 1";
        return switch (this) {
            case AUTO ->
                "winograd for " + possible + ", channels >= " + CHANNELS + ", edges >= " + EDGE
                        + ", in and out; else direct";
            case DIRECT -> "direct everywhere";
            case WINOGRAD -> "winograd for all " + possible + "; else direct";
        };
    }
}
