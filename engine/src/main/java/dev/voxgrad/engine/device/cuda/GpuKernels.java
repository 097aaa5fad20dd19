package dev.voxgrad.engine.device.cuda;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Whose kernels a GPU uses for operations that cuDNN has and that there are kernels of our own for. Convolutions are
 * cuDNN's in any case.
 */
public enum GpuKernels {
    /** Our own, deterministic, with batch norm, ReLU and pool in one pass where layers may be fused. */
    OWN,
    /**
     * cuDNN's batch norm in training and, where no gradient is recorded, by running statistics; its max pools; its
     * average pools, where an adaptive pool's bins are equal; its softmax and log-softmax. Nothing is fused.
     */
    CUDNN;

    /** As on the command line: {@code cudnn}. */
    public String flag() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The kernels of that name.
     *
     * @throws IllegalArgumentException for another name; lists the known ones
     */
    public static GpuKernels byFlag(String flag) {
        return Arrays.stream(values())
                .filter(k -> k.flag().equals(flag))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("GPU kernels '" + flag + "' are unknown; choose "
                        + Arrays.stream(values()).map(GpuKernels::flag).collect(Collectors.joining(", "))));
    }
}
