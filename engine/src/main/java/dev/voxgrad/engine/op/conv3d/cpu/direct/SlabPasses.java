package dev.voxgrad.engine.op.conv3d.cpu.direct;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.trace.Pass;

/**
 * Computes direct convolutions of all settings. Forward and input gradient are the same computation, a
 * {@link DirectConvolution} over padded slabs, with the weights as they are or reversed ({@link DirectInputGradient});
 * the weight gradient is a sum of outer products, {@link DirectWeightGradient}.
 */
record SlabPasses(CpuDevice device, Conv3dGeometry g) implements DirectPasses {
    @Override
    public void forward(float[] x, float[] weight, float @Nullable [] bias, float[] y) {
        float[] packed = PackedWeights.forward(device, g, weight);
        DirectConvolution.forward(g).run(device, x, packed, bias, y);
        device.giveBack(packed);
    }

    @Override
    public void inputGradient(float[] dy, float[] weight, float[] dx) {
        DirectInputGradient.run(device, g, dy, weight, dx);
    }

    @Override
    public void weightGradient(float[] x, float[] dy, float[] dw, boolean add) {
        new DirectWeightGradient(device, g).run(x, dy, dw, add);
    }

    /** Counts without the taps in the padding along d and h, and with those in the padding along w. */
    @Override
    public long flop(Pass pass) {
        return switch (pass) {
            case FORWARD -> DirectConvolution.forward(g).flop();
            case GRAD_INPUT -> DirectInputGradient.flop(g);
            case GRAD_WEIGHT -> DirectWeightGradient.flop(g);
            default -> throw new IllegalArgumentException("conv3d: no kernel for " + pass);
        };
    }
}
