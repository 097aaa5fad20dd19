package dev.voxgrad.engine.op.conv3d.cpu.winograd;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.conv3d.cpu.direct.PackedWeights;

/**
 * Transforms weights to {@link Winograd}'s domain, laid out [position][block][channel][2 vectors of channels], with
 * zeros as padding. For the forward pass the blocks are of output channels, for the input gradient of input channels.
 *
 * <p>In one dimension a kernel (g0, g1, g2) becomes (g0, (g0 + g1 + g2)/2, (g0 − g1 + g2)/2, g2).
 */
public final class WinogradWeights {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int L = Lanes.COUNT;
    private static final int BLOCK = PackedWeights.BLOCK;
    private static final int TAPS = 27;
    private static final int[] POSITIONS = positions();
    /** Channels along the rows that a task transforms, so that it reads and writes longer runs. */
    private static final int ROWS = 8;

    /** Floats of one position of these. */
    private static final int STRIP = ROWS * BLOCK;

    private WinogradWeights() {}

    /**
     * Transforms row-major weights (O,C,3,3,3) for the forward pass: [position][block of O][C, padded][2 vectors of O].
     *
     * @param factors one factor per output channel, multiplied into its weights; null for none
     * @return an array to give back to the device
     */
    static float[] forward(CpuDevice device, Winograd w, float[] weight, float @Nullable [] factors) {
        return transform(
                device, weight, w.outputs, w.inputs * TAPS, w.inputs, TAPS, w.paddedInputs, w.weightStep(), factors);
    }

    /** Transforms weights for the input gradient: [position][block of C][O, padded][2 vectors of C]. */
    static float[] gradInput(CpuDevice device, Winograd w, float[] weight) {
        return transform(
                device,
                weight,
                w.inputs,
                TAPS,
                w.outputs,
                w.inputs * TAPS,
                w.paddedOutputs,
                w.gradInputWeightStep(),
                null);
    }

    /**
     * Transforms kernels, lane by lane of a block.
     *
     * @param lanes channels along the lanes of the result, {@code laneStep} floats apart in {@code weight}
     * @param rows channels along its rows, {@code rowStep} apart, padded to {@code paddedRows}
     * @param positionStep the distance between positions of the result
     * @param laneFactors one factor per lane, multiplied into its weights; null for none
     */
    private static float[] transform(
            CpuDevice device,
            float[] weight,
            int lanes,
            int laneStep,
            int rows,
            int rowStep,
            int paddedRows,
            int positionStep,
            float @Nullable [] laneFactors) {
        int strips = Math.ceilDiv(paddedRows, ROWS);
        float[] u = device.borrow(Lanes.ALIGNED_START + 64L * positionStep);
        device.parallel(Math.ceilDiv(lanes, BLOCK) * strips, task -> {
            int firstLane = task / strips * BLOCK;
            int firstRow = task % strips * ROWS;
            int filled = Math.min(BLOCK, lanes - firstLane);
            int filledRows = Math.min(ROWS, rows - firstRow);
            float[] tile = device.borrow(Lanes.ALIGNED_START + 64 * STRIP);
            if (filled < BLOCK || filledRows < ROWS) {
                Arrays.fill(tile, 0);
            }
            for (int lane = 0; lane < filled; lane++) {
                float factor = laneFactors == null ? 1 : laneFactors[firstLane + lane];
                for (int row = 0; row < filledRows; row++) {
                    int from = (firstLane + lane) * laneStep + (firstRow + row) * rowStep;
                    int to = Lanes.ALIGNED_START + row * BLOCK + lane;
                    for (int tap = 0; tap < TAPS; tap++) {
                        tile[to + POSITIONS[tap] * STRIP] = factor * weight[from + tap];
                    }
                }
            }
            for (int axis = 16; axis >= 1; axis /= 4) {
                for (int line = 0; line < 16; line++) {
                    spread(tile, Lanes.ALIGNED_START + lineStart(line, axis) * STRIP, axis * STRIP);
                }
            }
            int to = Lanes.ALIGNED_START + (task / strips * paddedRows + firstRow) * BLOCK;
            int length = Math.min(ROWS, paddedRows - firstRow) * BLOCK;
            for (int p = 0; p < 64; p++) {
                System.arraycopy(tile, Lanes.ALIGNED_START + p * STRIP, u, to + p * positionStep, length);
            }
            device.giveBack(tile);
        });
        return u;
    }

    /** Transforms one line of a strip of kernels, which is at {@code from} and the next three steps. */
    private static void spread(float[] tile, int from, int step) {
        for (int i = from; i < from + STRIP; i += L) {
            FloatVector g0 = FloatVector.fromArray(S, tile, i);
            FloatVector g1 = FloatVector.fromArray(S, tile, i + step).mul(0.5f);
            FloatVector g2 = FloatVector.fromArray(S, tile, i + 2 * step);
            FloatVector outer = g0.add(g2).mul(0.5f);
            outer.add(g1).intoArray(tile, i + step);
            outer.sub(g1).intoArray(tile, i + 2 * step);
            g2.intoArray(tile, i + 3 * step);
        }
    }

    /**
     * Transforms a gradient with respect to transformed weights back to the gradient (O,C,3,3,3): the transpose of
     * {@link #forward}.
     *
     * @param du is laid out as {@link #forward}'s result
     */
    static void gradient(CpuDevice device, Winograd w, float[] du, float[] dw) {
        int strips = Math.ceilDiv(w.paddedInputs, ROWS);
        device.parallel(w.outputBlocks * strips, task -> {
            int firstOutput = task / strips * BLOCK;
            int firstInput = task % strips * ROWS;
            float[] tile = device.borrow(Lanes.ALIGNED_START + 64 * STRIP);
            int from = Lanes.ALIGNED_START + (task / strips * w.paddedInputs + firstInput) * BLOCK;
            int length = Math.min(ROWS, w.paddedInputs - firstInput) * BLOCK;
            for (int p = 0; p < 64; p++) {
                System.arraycopy(du, from + p * w.weightStep(), tile, Lanes.ALIGNED_START + p * STRIP, length);
            }
            for (int axis = 1; axis <= 16; axis *= 4) {
                for (int line = 0; line < 16; line++) {
                    gather(tile, Lanes.ALIGNED_START + lineStart(line, axis) * STRIP, axis * STRIP);
                }
            }
            for (int lane = 0; lane < Math.min(BLOCK, w.outputs - firstOutput); lane++) {
                for (int row = 0; row < Math.min(ROWS, w.inputs - firstInput); row++) {
                    int to = ((firstOutput + lane) * w.inputs + firstInput + row) * TAPS;
                    for (int tap = 0; tap < TAPS; tap++) {
                        dw[to + tap] = tile[Lanes.ALIGNED_START + POSITIONS[tap] * STRIP + row * BLOCK + lane];
                    }
                }
            }
            device.giveBack(tile);
        });
    }

    private static void gather(float[] tile, int from, int step) {
        for (int i = from; i < from + STRIP; i += L) {
            FloatVector u1 = FloatVector.fromArray(S, tile, i + step).mul(0.5f);
            FloatVector u2 = FloatVector.fromArray(S, tile, i + 2 * step).mul(0.5f);
            FloatVector sum = u1.add(u2);
            FloatVector.fromArray(S, tile, i).add(sum).intoArray(tile, i);
            u1.sub(u2).intoArray(tile, i + step);
            sum.add(FloatVector.fromArray(S, tile, i + 3 * step)).intoArray(tile, i + 2 * step);
        }
    }

    /** Returns the position of each tap of a 3×3×3 kernel among 4×4×4 positions. */
    private static int[] positions() {
        int[] positions = new int[TAPS];
        for (int tap = 0; tap < TAPS; tap++) {
            positions[tap] = tap / 9 * 16 + tap / 3 % 3 * 4 + tap % 3;
        }
        return positions;
    }

    /** Returns the start of line {@code line} of 16, along the axis whose neighbours are {@code axis} apart. */
    private static int lineStart(int line, int axis) {
        return line / axis * axis * 4 + line % axis;
    }
}
