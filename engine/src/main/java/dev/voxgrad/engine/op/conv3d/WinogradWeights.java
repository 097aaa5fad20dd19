package dev.voxgrad.engine.op.conv3d;

import dev.voxgrad.engine.device.CpuDevice;

/**
 * Weights in {@link Winograd}'s transformed domain, laid out [position][block][channel in][2 vectors of channels out]
 * with {@code in} channels padded to whole vectors, all padding zero.
 *
 * <p>In one dimension a kernel (g0, g1, g2) becomes (g0, (g0 + g1 + g2)/2, (g0 − g1 + g2)/2, g2).
 */
final class WinogradWeights {
    private static final int BLOCK = PackedWeights.BLOCK;
    private static final int TAPS = 27;

    private WinogradWeights() {}

    /**
     * Transforms row-major weights (O,C,3,3,3).
     *
     * @param turned for the input gradient: O and C change places and every kernel axis is reversed
     * @param paddedIn input channels of the result, at least those of the weights
     * @return an array to give back to the device
     */
    static float[] transform(CpuDevice device, float[] weight, int outputs, int inputs, boolean turned, int paddedIn) {
        int out = turned ? inputs : outputs;
        int in = turned ? outputs : inputs;
        int blocks = Math.ceilDiv(out, BLOCK);
        int positionStep = blocks * paddedIn * BLOCK;
        float[] u = device.borrow(64 * positionStep);
        device.parallel(blocks * paddedIn, task -> {
            int block = task / paddedIn;
            int i = task % paddedIn;
            double[] tile = new double[64];
            for (int lane = 0; lane < BLOCK; lane++) {
                int o = block * BLOCK + lane;
                boolean real = o < out && i < in;
                if (real) {
                    spread(weight, ((turned ? i : o) * inputs + (turned ? o : i)) * TAPS, turned, tile);
                }
                for (int p = 0; p < 64; p++) {
                    u[p * positionStep + task * BLOCK + lane] = real ? (float) tile[p] : 0;
                }
            }
        });
        return u;
    }

    /** The 4×4×4 numbers of one 3×3×3 kernel. */
    private static void spread(float[] weight, int from, boolean turned, double[] tile) {
        for (int tap = 0; tap < TAPS; tap++) {
            int at = tap / 9 * 16 + tap / 3 % 3 * 4 + tap % 3;
            tile[at] = weight[from + (turned ? TAPS - 1 - tap : tap)];
        }
        for (int axis = 1; axis <= 16; axis *= 4) {
            for (int line = 0; line < 16; line++) {
                int at = lineStart(line, axis);
                double g0 = tile[at];
                double g1 = tile[at + axis];
                double g2 = tile[at + 2 * axis];
                tile[at + axis] = (g0 + g1 + g2) / 2;
                tile[at + 2 * axis] = (g0 - g1 + g2) / 2;
                tile[at + 3 * axis] = g2;
            }
        }
    }

    /**
     * Transforms a gradient with respect to transformed weights back to the gradient (O,C,3,3,3); the transpose of
     * {@link #transform}.
     */
    static void gradient(CpuDevice device, float[] du, int outputs, int inputs, int paddedIn, float[] dw) {
        int blocks = Math.ceilDiv(outputs, BLOCK);
        int positionStep = blocks * paddedIn * BLOCK;
        device.parallel(outputs, o -> {
            double[] tile = new double[64];
            for (int i = 0; i < inputs; i++) {
                int from = (o / BLOCK * paddedIn + i) * BLOCK + o % BLOCK;
                for (int p = 0; p < 64; p++) {
                    tile[p] = du[p * positionStep + from];
                }
                gather(tile, dw, (o * inputs + i) * TAPS);
            }
        });
    }

    private static void gather(double[] tile, float[] dw, int to) {
        for (int axis = 1; axis <= 16; axis *= 4) {
            for (int line = 0; line < 16; line++) {
                int at = lineStart(line, axis);
                double half = tile[at + axis] / 2;
                double otherHalf = tile[at + 2 * axis] / 2;
                tile[at] += half + otherHalf;
                tile[at + axis] = half - otherHalf;
                tile[at + 2 * axis] = half + otherHalf + tile[at + 3 * axis];
            }
        }
        for (int tap = 0; tap < TAPS; tap++) {
            dw[to + tap] = (float) tile[tap / 9 * 16 + tap / 3 % 3 * 4 + tap % 3];
        }
    }

    /** Where line {@code line} of 16 begins, along the axis whose neighbours are {@code axis} apart. */
    private static int lineStart(int line, int axis) {
        return line / axis * axis * 4 + line % axis;
    }
}
