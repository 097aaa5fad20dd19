package dev.voxgrad.engine.device.cuda;

import java.util.List;
import java.util.Locale;

import dev.voxgrad.engine.flag.Flagged;
import dev.voxgrad.engine.flag.Flags;

/**
 * Selects whose kernels a GPU uses for operations that both cuDNN and we have kernels for. Convolutions always use
 * cuDNN.
 */
public enum GpuKernels implements Flagged {
    /** Our own kernels: deterministic, with batch norm, ReLU and pool in one pass if layers may be fused. */
    OWN,
    /**
     * cuDNN's batch norm in training and, if no gradient is tracked, by running statistics; its max pools; its average
     * pools, if an adaptive pool's bins are equal; its softmax and log-softmax. Nothing is fused.
     */
    CUDNN;

    /** Returns the name on the command line: {@code cudnn}. */
    @Override
    public String flag() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Returns the kernels of that name.
     *
     * @throws IllegalArgumentException for another name; lists the known ones
     */
    public static GpuKernels byFlag(String flag) {
        return Flags.parse("gpu-kernels", flag, List.of(values()));
    }
}
