package dev.voxgrad.engine.device.cuda;

import java.util.List;
import java.util.Locale;

import dev.voxgrad.engine.Layout;
import dev.voxgrad.engine.flag.Flagged;
import dev.voxgrad.engine.flag.Flags;

/**
 * How exactly a GPU computes. Parameters, batch statistics, the loss and optimisers are float32 in all of them.
 */
public enum Precision implements Flagged {
    /** float32 proper: products and sums as on the CPU. */
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

    /** What activations are kept as. */
    public ElementType activations() {
        return activations;
    }

    /** The order in which activations are kept. */
    public Layout layout() {
        return layout;
    }

    /** As on the command line: {@code bf16}. */
    @Override
    public String flag() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The precision of that name.
     *
     * @throws IllegalArgumentException for another name; lists the known ones
     */
    public static Precision byFlag(String flag) {
        return Flags.parse("precision", flag, List.of(values()));
    }
}
