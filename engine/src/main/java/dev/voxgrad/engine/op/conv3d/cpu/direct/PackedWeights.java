package dev.voxgrad.engine.op.conv3d.cpu.direct;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;

/**
 * Arranges weights in the order in which {@link DirectConvolution} reads them:
 * [group][block][kd][kh][kw][input channel][2 vectors of output channels], the last padded with zeros. Each block
 * contains the output channels of one micro-kernel call.
 */
public final class PackedWeights {
    /** Number of output channels of one block: two vectors. */
    public static final int BLOCK = 2 * Lanes.COUNT;

    private PackedWeights() {}

    /** Returns the weights for the forward pass, in an array to give back to the device. */
    public static float[] forward(CpuDevice device, Conv3dGeometry g, float[] weight) {
        return pack(device, g, g.groupInputs(), g.groupOutputs(), weight, false);
    }

    /**
     * Returns the weights for the input gradient: input and output channels are swapped, and each kernel axis is
     * reversed.
     */
    public static float[] gradInput(CpuDevice device, Conv3dGeometry g, float[] weight) {
        return pack(device, g, g.groupOutputs(), g.groupInputs(), weight, true);
    }

    private static float[] pack(CpuDevice device, Conv3dGeometry g, int in, int out, float[] weight, boolean reversed) {
        Dims3 k = g.kernel();
        int taps = k.product();
        int blocks = Math.ceilDiv(out, BLOCK);
        float[] packed = device.borrow((long) g.groups() * blocks * taps * in * BLOCK);
        // Distances in the row-major weight [O][C][taps] from one channel to the next.
        int inStep = reversed ? g.groupInputs() * taps : taps;
        int outStep = reversed ? taps : g.groupInputs() * taps;
        device.parallel(g.groups() * blocks, task -> {
            int group = task / blocks;
            int firstOut = task % blocks * BLOCK;
            int outs = Math.min(BLOCK, out - firstOut);
            int base = group * g.groupOutputs() * g.groupInputs() * taps + firstOut * outStep;
            int target = task * taps * in * BLOCK;
            for (int tap = 0; tap < taps; tap++) {
                int from = base + (reversed ? taps - 1 - tap : tap);
                for (int i = 0; i < in; i++, target += BLOCK) {
                    packChannel(weight, from + i * inStep, outStep, outs, packed, target);
                }
            }
        });
        return packed;
    }

    private static void packChannel(float[] weight, int from, int step, int outs, float[] packed, int target) {
        for (int o = 0; o < outs; o++) {
            packed[target + o] = weight[from + o * step];
        }
        for (int o = outs; o < BLOCK; o++) {
            packed[target + o] = 0;
        }
    }
}
