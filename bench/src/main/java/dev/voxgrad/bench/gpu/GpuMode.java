package dev.voxgrad.bench.gpu;

import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.cuda.GpuKernels;
import dev.voxgrad.engine.device.cuda.Precision;

/**
 * Describes how a step is computed.
 *
 * @param fastest whether to use the algorithms that cuDNN measures as fastest instead of deterministic ones, which are
 *     the default in training
 * @param kernels which kernels are used for batch norm, pools and softmax
 */
record GpuMode(Precision precision, boolean fastest, GpuKernels kernels) {
    static final String DETERMINISTIC = "deterministic";
    static final String FASTEST = "fastest";

    CudaDevice.Settings settings() {
        return new CudaDevice.Settings(precision, fastest, true, kernels, _ -> {});
    }

    /** Returns {@code bf16graph} as for the peer, or {@code bf16graph-fastest}, {@code bf16graph-fastest-cudnn}. */
    @Override
    public String toString() {
        return precision.flag() + "graph" + (fastest ? "-" + FASTEST : "")
                + (kernels == GpuKernels.OWN ? "" : "-" + kernels.flag());
    }
}
