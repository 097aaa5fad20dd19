package dev.voxgrad.engine.device.cuda;

import java.util.List;
import java.util.Locale;

import dev.voxgrad.engine.Layout;
import dev.voxgrad.engine.flag.Flagged;
import dev.voxgrad.engine.flag.Flags;

/**
 * Selects the precision of a GPU's products and activations. Parameters, batch statistics, the loss and optimisers are
 * always float32.
 */
public enum Precision implements Flagged {
    /** float32, unrounded: products and sums as on the CPU. */
    FP32(ElementType.FLOAT32, Layout.ROW_MAJOR),
    /** Factors of convolutions and matrix products rounded to TF32, ten bits of mantissa, for tensor cores. */
    TF32(ElementType.FLOAT32, Layout.ROW_MAJOR),
    /** Activations kept as bfloat16, channels-last, for tensor cores; half the memory and half the traffic. */
    BF16(ElementType.BFLOAT16, Layout.CHANNELS_LAST);

    private final ElementType activations;
    private final Layout layout;

    Precision(ElementType activations, Layout layout) {
        this.activations = activations;
        this.layout = layout;
    }

    /** Returns the type of activations. */
    public ElementType activations() {
        return activations;
    }

    /** Returns the order of activations. */
    public Layout layout() {
        return layout;
    }

    /** Returns the name on the command line: {@code bf16}. */
    @Override
    public String flag() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Returns the precision of that name.
     *
     * @throws IllegalArgumentException for another name; lists the known ones
     */
    public static Precision byFlag(String flag) {
        return Flags.parse("precision", flag, List.of(values()));
    }
}
