package dev.voxgrad.engine.op.conv3d.cpu.direct;

import java.util.stream.IntStream;

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
        int[] all = IntStream.range(0, g.kernel().product()).toArray();
        return pack(device, g, g.groupInputs(), g.groupOutputs(), weight, all, false);
    }

    /**
     * Returns the weights for the input gradient of some columns: input and output channels are swapped, and each
     * kernel axis is reversed.
     *
     * @param columnTaps which taps along w these columns need, counted in the reversed kernel
     */
    static float[] gradInput(CpuDevice device, Conv3dGeometry g, float[] weight, int[] columnTaps) {
        int width = g.kernel().w();
        int[] taps = new int[g.kernel().product() / width * columnTaps.length];
        for (int i = 0; i < taps.length; i++) {
            int reversed = i / columnTaps.length * width + columnTaps[i % columnTaps.length];
            taps[i] = g.kernel().product() - 1 - reversed;
        }
        return pack(device, g, g.groupOutputs(), g.groupInputs(), weight, taps, true);
    }

    /** Packs the given taps of each kernel in their order, with input and output channels swapped if required. */
    private static float[] pack(
            CpuDevice device, Conv3dGeometry g, int in, int out, float[] weight, int[] taps, boolean swapped) {
        int kernel = g.kernel().product();
        int blocks = Math.ceilDiv(out, BLOCK);
        float[] packed = device.borrow(Math.max(1L, (long) g.groups() * blocks * taps.length * in * BLOCK));
        // Distances in the row-major weight [O][C][taps] from one channel to the next.
        int inStep = swapped ? g.groupInputs() * kernel : kernel;
        int outStep = swapped ? kernel : g.groupInputs() * kernel;
        device.parallel(g.groups() * blocks, task -> {
            int group = task / blocks;
            int firstOut = task % blocks * BLOCK;
            int outs = Math.min(BLOCK, out - firstOut);
            int base = group * g.groupOutputs() * g.groupInputs() * kernel + firstOut * outStep;
            int target = task * taps.length * in * BLOCK;
            for (int tap : taps) {
                for (int i = 0; i < in; i++, target += BLOCK) {
                    packChannel(weight, base + tap + i * inStep, outStep, outs, packed, target);
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
