package dev.voxgrad.engine.device;

import java.util.List;
import java.util.Locale;

import dev.voxgrad.engine.flag.Flagged;
import dev.voxgrad.engine.flag.Flags;

/**
 * Says who chooses the algorithm of a convolution: the engine for each convolution, or the user for all of them. A
 * device gets one mode when it is opened and keeps it, since the algorithms' results differ in their last digits.
 * {@link dev.voxgrad.engine.op.conv3d.Conv3dAlgorithm} has the rule.
 */
public enum ConvolutionMode implements Flagged {
    /** Takes the algorithm that is expected to be faster. */
    AUTO,
    /** Takes direct convolution everywhere. */
    DIRECT,
    /**
     * Takes Winograd's algorithm wherever it is possible, even if it is slower, with F(2×2×2) for kernels of 3×3×3. All
     * other convolutions are computed as with {@link #AUTO}, which is not an error: a net may contain both kinds.
     */
    WINOGRAD,
    /**
     * Takes large tiles, F(4×4×4), for kernels of 3×3×3 wherever they are expected to be faster. {@link #AUTO} does the
     * same in inference, but in training for many channels only: their rounding errors, five to ten times as large,
     * decide near-ties of max pools and ReLUs differently. With few channels, it takes F(2×4×4) for the gradients.
     */
    WINOGRAD4;

    /** Returns the mode's name on the command line: {@code auto}. */
    @Override
    public String flag() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Returns the mode with that name.
     *
     * @throws IllegalArgumentException for any other name; the message lists the known ones
     */
    public static ConvolutionMode byFlag(String flag) {
        return Flags.parse("convolution", flag, List.of(values()));
    }
}
