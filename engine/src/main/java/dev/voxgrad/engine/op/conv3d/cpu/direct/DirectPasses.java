package dev.voxgrad.engine.op.conv3d.cpu.direct;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.trace.Pass;

/** Computes the passes of a direct convolution, on all threads, over channels-last arrays of whole batches. */
public sealed interface DirectPasses permits ListedPasses, SlabPasses {
    /** Returns the passes of a convolution; one with views must be {@linkplain ListedPasses#suits suitable}. */
    static DirectPasses of(CpuDevice device, Conv3dGeometry g) {
        return ListedPasses.suits(g) ? new ListedPasses(device, g) : new SlabPasses(device, g);
    }

    /**
     * Computes the output.
     *
     * @param weight row-major (O,C/groups,KD,KH,KW), or (O,C,k,k) with views
     * @param bias (O), or null for none
     * @param y the result, overwritten
     */
    void forward(float[] x, float[] weight, float @Nullable [] bias, float[] y);

    /** Computes the gradient of the input, and overwrites {@code dx}. */
    void inputGradient(float[] dy, float[] weight, float[] dx);

    /** Computes the gradient of the weight, and overwrites {@code dw} or adds to it. */
    void weightGradient(float[] x, float[] dy, float[] dw, boolean add);

    /** Returns the floating-point operations of a pass, including those for padded positions and channels. */
    long flop(Pass pass);
}
