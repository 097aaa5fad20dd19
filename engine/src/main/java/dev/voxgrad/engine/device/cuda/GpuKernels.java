package dev.voxgrad.engine.device.cuda;

import java.util.List;
import java.util.Locale;

import dev.voxgrad.engine.flag.Flagged;
import dev.voxgrad.engine.flag.Flags;

/**
 * Whose kernels a GPU uses for operations that cuDNN has and that there are kernels of our own for. Convolutions are
 * cuDNN's in any case.
 */
public enum GpuKernels implements Flagged {
    /** Our own, deterministic, with batch norm, ReLU and pool in one pass where layers may be fused. */
    OWN,
    /**
     * cuDNN's batch norm in training and, where no gradient is recorded, by running statistics; its max pools; its
     * average pools, where an adaptive pool's bins are equal; its softmax and log-softmax. Nothing is fused.
     */
    CUDNN;

    /** As on the command line: {@code cudnn}. */
    @Override
    public String flag() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The kernels of that name.
     *
     * @throws IllegalArgumentException for another name; lists the known ones
     */
    public static GpuKernels byFlag(String flag) {
        return Flags.parse("gpu-kernels", flag, List.of(values()));
    }
}
