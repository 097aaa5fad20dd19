package dev.voxgrad.engine.device.cuda;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

import dev.voxgrad.engine.Layout;

/**
 * How exactly a GPU computes. Parameters, batch statistics, the loss and optimisers are float32 in all of them.
 */
public enum Precision {
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
    public String flag() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The precision of that name.
     *
     * @throws IllegalArgumentException for another name; lists the known ones
     */
    public static Precision byFlag(String flag) {
        return Arrays.stream(values())
                .filter(p -> p.flag().equals(flag))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("precision '" + flag + "' is unknown; choose "
                        + Arrays.stream(values()).map(Precision::flag).collect(Collectors.joining(", "))));
    }
}
