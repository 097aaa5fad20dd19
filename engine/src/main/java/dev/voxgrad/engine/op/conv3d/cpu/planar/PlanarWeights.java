package dev.voxgrad.engine.op.conv3d.cpu.planar;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.conv3d.cpu.direct.PackedWeights;

/**
 * Transforms weights, U = G g Gᵀ for each pair of channels, and their gradients back, dg = Gᵀ dU G. With the
 * interpolation points p, the row of a finite point pⱼ of G is (1, pⱼ, pⱼ²) / Πₗ≠ⱼ (pⱼ − pₗ), and that of ∞ (0, 0, 1).
 */
final class PlanarWeights {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int L = Lanes.COUNT;
    private static final int START = Lanes.ALIGNED_START;
    private static final int BLOCK = PackedWeights.BLOCK;
    /** Taps of a kernel in a plane. */
    private static final int PLANE = 9;
    /** The most taps of a kernel, … */
    private static final int TAPS = 27;
    /** … of positions in a plane, and … */
    private static final int POSITIONS = 36;
    /** … of values that are needed for one block of channels: taps, lines, planes and positions. */
    private static final int SCRATCH = START + (TAPS + 18 + 3 * POSITIONS + 6 * POSITIONS) * BLOCK;
    /** Rows of weights that one task transforms; their taps share cache lines. */
    private static final int ROWS = 8;

    /** The finite interpolation points for m outputs, at index m. */
    private static final double[][] POINTS = {{}, {}, {0, 1, -1}, {0, 0.75, -0.75, 1.5}, {0, 0.75, -0.75, 1.5, -1.5}};

    /** G for m outputs, row by row, at index m. */
    private static final float[][] MATRICES = {{}, {}, matrix(2), matrix(3), matrix(4)};

    private PlanarWeights() {}

    /** Returns G, (m + 2)×3, row by row. */
    static float[] matrix(int m) {
        double[] points = POINTS[m];
        float[] matrix = new float[3 * (m + 2)];
        for (int j = 0; j < points.length; j++) {
            double product = 1;
            for (int l = 0; l < points.length; l++) {
                product *= l == j ? 1 : points[j] - points[l];
            }
            for (int k = 0; k < 3; k++) {
                matrix[3 * j + k] = (float) (Math.pow(points[j], k) / product);
            }
        }
        matrix[matrix.length - 1] = 1;
        return matrix;
    }

    /**
     * Transforms weights (O,C,3,3) for all passes: [position][block of target channels][source channel][2 vectors of
     * target channels], the last block perhaps of one vector. For the input gradient, they are reversed.
     *
     * @param factors one factor per output channel, multiplied into its weights; null for none
     * @return an array to give back to the device
     */
    static float[] transform(
            CpuDevice device, Planar p, PlanarCorrelation c, float[] weight, float @Nullable [] factors) {
        float[] result = device.borrow(START + (long) c.weights);
        for (int i = 0; i < p.views.size(); i++) {
            PlanarView view = p.views.get(i);
            int rows = c.sourceChannels(view);
            int chunks = Math.ceilDiv(rows, ROWS);
            device.parallel(c.targetBlocks(view) * chunks, task -> {
                float[] taps = device.borrow(SCRATCH);
                int block = task / chunks;
                int end = Math.min(rows, (task % chunks + 1) * ROWS);
                for (int row = task % chunks * ROWS; row < end; row++) {
                    gather(p, c, view, weight, factors, block, row, taps);
                    for (TilePass pass : c.passes) {
                        if (pass.view() == view) {
                            int lanes = c.blockSize(view, block);
                            int to = START + pass.weights() + block * rows * BLOCK + row * lanes;
                            spread(pass, taps, lanes, result, to, c.weightsOfPosition(view));
                        }
                    }
                }
                device.giveBack(taps);
            });
        }
        return result;
    }

    /** Gathers the taps of a block of target channels, [tap][2 vectors], for one source channel. */
    private static void gather(
            Planar p,
            PlanarCorrelation c,
            PlanarView view,
            float[] weight,
            float @Nullable [] factors,
            int block,
            int row,
            float[] taps) {
        int inputs = p.g.inputChannels();
        int count = view.taps();
        int lanes = Math.min(BLOCK, c.targetChannels(view) - block * BLOCK);
        if (lanes < BLOCK) {
            Arrays.fill(taps, START, START + count * BLOCK, 0);
        }
        for (int lane = 0; lane < lanes; lane++) {
            int target = block * BLOCK + lane;
            int output = view.first() + (c.forward ? target : row);
            int from = (output * inputs + (c.forward ? row : target)) * count;
            float factor = factors == null ? 1 : factors[output];
            for (int tap = 0; tap < count; tap++) {
                taps[START + tap * BLOCK + lane] = factor * weight[from + (c.forward ? tap : count - 1 - tap)];
            }
        }
    }

    /** Applies G along all axes along which the kernel extends. */
    private static void spread(TilePass pass, float[] taps, int lanes, float[] result, int to, int step) {
        if (pass.depth() == 1) {
            spreadPlane(pass, taps, START, lanes, result, to, step);
            return;
        }
        int positions = pass.planePositions();
        int planes = START + (TAPS + 18) * BLOCK;
        for (int i = 0; i < 3; i++) {
            spreadPlane(pass, taps, START + i * PLANE * BLOCK, lanes, taps, planes + i * positions * BLOCK, BLOCK);
        }
        float[] g = MATRICES[pass.depth()];
        for (int q = 0; q < positions; q++) {
            spreadLine(g, lanes, taps, planes + q * BLOCK, positions * BLOCK, result, to + q * step, positions * step);
        }
    }

    private static void spreadPlane(
            TilePass pass, float[] taps, int from, int lanes, float[] result, int to, int step) {
        int width = pass.mv() + 2;
        int lines = START + TAPS * BLOCK;
        float[] gv = MATRICES[pass.mv()];
        float[] gu = MATRICES[pass.mu()];
        for (int r = 0; r < 3; r++) {
            spreadLine(gv, lanes, taps, from + 3 * r * BLOCK, BLOCK, taps, lines + r * width * BLOCK, BLOCK);
        }
        for (int q = 0; q < width; q++) {
            spreadLine(gu, lanes, taps, lines + q * BLOCK, width * BLOCK, result, to + q * step, width * step);
        }
    }

    /** Applies G to three values, {@code step} apart. */
    private static void spreadLine(
            float[] g, int lanes, float[] from, int from0, int step, float[] to, int to0, int toStep) {
        for (int i = 0; i < lanes; i += L) {
            FloatVector g0 = FloatVector.fromArray(S, from, from0 + i);
            FloatVector g1 = FloatVector.fromArray(S, from, from0 + i + step);
            FloatVector g2 = FloatVector.fromArray(S, from, from0 + i + 2 * step);
            for (int row = 0; 3 * row < g.length; row++) {
                g2.mul(g[3 * row + 2])
                        .add(g1.mul(g[3 * row + 1]))
                        .add(g0.mul(g[3 * row]))
                        .intoArray(to, to0 + i + row * toStep);
            }
        }
    }

    // ------------------------------------------------------------------------------------------------ gradient

    /**
     * Transforms a gradient with respect to transformed weights back to the gradient (O,C,KD,KH,KW).
     *
     * @param du is laid out as {@link PlanarWeightGradient}'s result
     */
    static void gradient(CpuDevice device, Planar p, PlanarWeightGradient sizes, float[] du, float[] dw) {
        int blocks = Math.ceilDiv(p.g.inputChannels(), BLOCK);
        int taps = p.views.getFirst().taps();
        device.parallel(p.g.outputChannels() * blocks, task -> {
            int output = task / blocks;
            int block = task % blocks;
            float[] sums = device.borrow(SCRATCH);
            Arrays.fill(sums, START, START + taps * BLOCK, 0);
            int at = START + (TAPS + 18 + 3 * POSITIONS) * BLOCK;
            for (TilePass pass : p.forward.passes) {
                int row = output - pass.view().first();
                if (row >= 0 && row < pass.view().channels()) {
                    int step = sizes.positionSize(pass);
                    int from = START + sizes.start(pass) + (block * sizes.rows(pass) + row) * BLOCK;
                    for (int q = 0; q < pass.positions(); q++) {
                        System.arraycopy(du, from + q * step, sums, at + q * BLOCK, BLOCK);
                    }
                    gather(pass, sums, at);
                }
            }
            for (int lane = 0; lane < Math.min(BLOCK, p.g.inputChannels() - block * BLOCK); lane++) {
                int to = (output * p.g.inputChannels() + block * BLOCK + lane) * taps;
                for (int tap = 0; tap < taps; tap++) {
                    dw[to + tap] = sums[START + tap * BLOCK + lane];
                }
            }
            device.giveBack(sums);
        });
    }

    /** Applies Gᵀ along all axes along which the kernel extends, and adds the result to the taps. */
    private static void gather(TilePass pass, float[] sums, int at) {
        if (pass.depth() == 1) {
            gatherPlane(pass, sums, at, START);
            return;
        }
        int positions = pass.planePositions();
        int planes = START + (TAPS + 18) * BLOCK;
        float[] g = MATRICES[pass.depth()];
        Arrays.fill(sums, planes, planes + 3 * positions * BLOCK, 0);
        for (int q = 0; q < positions; q++) {
            addLine(g, sums, at + q * BLOCK, positions * BLOCK, planes + q * BLOCK, positions * BLOCK);
        }
        for (int i = 0; i < 3; i++) {
            gatherPlane(pass, sums, planes + i * positions * BLOCK, START + i * PLANE * BLOCK);
        }
    }

    private static void gatherPlane(TilePass pass, float[] sums, int at, int taps) {
        int width = pass.mv() + 2;
        int lines = START + TAPS * BLOCK;
        float[] gv = MATRICES[pass.mv()];
        float[] gu = MATRICES[pass.mu()];
        Arrays.fill(sums, lines, lines + 3 * width * BLOCK, 0);
        for (int q = 0; q < width; q++) {
            addLine(gu, sums, at + q * BLOCK, width * BLOCK, lines + q * BLOCK, width * BLOCK);
        }
        for (int r = 0; r < 3; r++) {
            addLine(gv, sums, lines + r * width * BLOCK, BLOCK, taps + 3 * r * BLOCK, BLOCK);
        }
    }

    /** Applies Gᵀ to values that are {@code step} apart, and adds the three results, {@code toStep} apart. */
    private static void addLine(float[] g, float[] sums, int from, int step, int to, int toStep) {
        for (int i = 0; i < BLOCK; i += L) {
            FloatVector first = FloatVector.fromArray(S, sums, to + i);
            FloatVector second = FloatVector.fromArray(S, sums, to + i + toStep);
            FloatVector third = FloatVector.fromArray(S, sums, to + i + 2 * toStep);
            for (int row = 0; 3 * row < g.length; row++) {
                FloatVector value = FloatVector.fromArray(S, sums, from + i + row * step);
                first = value.fma(FloatVector.broadcast(S, g[3 * row]), first);
                second = value.fma(FloatVector.broadcast(S, g[3 * row + 1]), second);
                third = value.fma(FloatVector.broadcast(S, g[3 * row + 2]), third);
            }
            first.intoArray(sums, to + i);
            second.intoArray(sums, to + i + toStep);
            third.intoArray(sums, to + i + 2 * toStep);
        }
    }
}
