package dev.voxgrad.bench.gpu;

import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.cuda.GpuKernels;
import dev.voxgrad.engine.device.cuda.Precision;

/**
 * How a step is computed.
 *
 * @param fastest whether cuDNN's algorithms are those that it measures as fastest; else deterministic ones, as in
 *     training by default
 * @param kernels whose kernels are used for batch norm, pools and softmax
 */
record GpuMode(Precision precision, boolean fastest, GpuKernels kernels) {
    static final String DETERMINISTIC = "deterministic";
    static final String FASTEST = "fastest";

    CudaDevice.Settings settings() {
        return new CudaDevice.Settings(precision, fastest, true, kernels, _ -> {});
    }

    /** {@code bf16graph}, as the peer calls it, or {@code bf16graph-fastest}, {@code bf16graph-fastest-cudnn}. */
    @Override
    public String toString() {
        return precision.flag() + "graph" + (fastest ? "-" + FASTEST : "")
                + (kernels == GpuKernels.OWN ? "" : "-" + kernels.flag());
    }
}
