package dev.voxgrad.engine.op.conv3d.cpu.direct;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.cpu.MicroKernels;

/**
 * Computes both the forward pass and the input gradient of a direct convolution, over channels-last activations:
 *
 * <pre>
 * out[n,z,o] = bias[o] + Σ over k, c of  w[k,c,o] · in[n, u/upsampling, c],   u = z·stride − padding + k·dilation
 * </pre>
 *
 * where the sum includes only those k whose u is a multiple of the upsampling on every axis and meets an input voxel.
 * The forward pass has upsampling 1; the input gradient is a correlation of the output gradient, upsampled by the
 * stride, with the reversed weights. Along d and h, taps that meet no voxel are skipped. Along w the upsampling is
 * always 1: {@link DirectInputGradient} computes the columns of each remainder by themselves, with the taps that
 * they meet.
 *
 * <p>A task computes some planes of one sample. It first copies the input planes that it needs into a slab whose rows
 * include their zero padding, so that the inner loops need no border cases. Then, for a few rows of output and one
 * block of output channels at a time, it goes over the taps: the weights of a piece of a tap (up to 16 KiB) stay in the
 * first-level cache while {@link MicroKernels} adds their products to all positions of these rows.
 */
public record DirectConvolution(
        int batch,
        int groups,
        int inputChannels,
        int outputChannels,
        Dims3 input,
        Dims3 upsampling,
        Dims3 output,
        Dims3 kernel,
        Dims3 stride,
        Dims3 padding,
        Dims3 dilation,
        Columns columns) {
    /**
     * Says where in a row of the whole result the output voxels are: {@code first}, {@code first + step}, …
     *
     * @param width the voxels of such a row
     */
    record Columns(int first, int step, int width) {}

    /**
     * Maximum number of products per output and micro-kernel call: 128 × 2 vectors of 16 floats are 16 KiB of weights.
     */
    private static final int PIECE = 128;
    /** Approximate number of output positions that are processed together: their sums take 7 KiB. */
    private static final int POSITIONS = 56;
    /** Approximate maximum of floats in a slab: 2 MiB. */
    private static final int SLAB = 512 * 1024;

    private static final int BLOCK = PackedWeights.BLOCK;

    /** Returns the computation of the forward pass. */
    public static DirectConvolution forward(Conv3dGeometry g) {
        return new DirectConvolution(
                g.batch(),
                g.groups(),
                g.inputChannels(),
                g.outputChannels(),
                g.input(),
                Dims3.ONE,
                g.output(),
                g.kernel(),
                g.stride(),
                g.padding(),
                g.dilation(),
                new Columns(0, 1, g.output().w()));
    }

    /**
     * Runs on all threads.
     *
     * @param in the channels-last input
     * @param weights in the order of {@link PackedWeights}
     * @param bias one value per output channel, or null for none
     * @param out the channels-last output, overwritten
     */
    public void run(CpuDevice device, float[] in, float[] weights, float @Nullable [] bias, float[] out) {
        RowPlan plan = new RowPlan();
        int chunk = planesPerTask(plan);
        int chunks = Math.ceilDiv(output.d(), chunk);
        device.parallel(batch * groups * chunks, task -> {
            int first = task % chunks * chunk;
            int group = task / chunks % groups;
            int sample = task / chunks / groups;
            new Task(plan, sample, group, first, Math.min(first + chunk, output.d()), in, weights, bias, out)
                    .run(device);
        });
    }

    /** Returns the floating-point operations of {@link #run}, including those for padded positions and channels. */
    public long flop() {
        long taps = 0;
        for (int z = 0; z < output.d(); z++) {
            for (int kd = 0; kd < kernel.d(); kd++) {
                if (Task.inputIndex(z, kd, stride.d(), padding.d(), dilation.d(), upsampling.d(), input.d()) >= 0) {
                    taps++;
                }
            }
        }
        long rowTaps = 0;
        for (int y = 0; y < output.h(); y++) {
            for (int kh = 0; kh < kernel.h(); kh++) {
                if (Task.inputIndex(y, kh, stride.h(), padding.h(), dilation.h(), upsampling.h(), input.h()) >= 0) {
                    rowTaps++;
                }
            }
        }
        long channels = (long) groups * groupInputs() * Math.ceilDiv(groupOutputs(), BLOCK) * BLOCK;
        return 2 * batch * taps * rowTaps * kernel.w() * new RowPlan().positions * channels;
    }

    /**
     * Returns as many output planes as fit into a slab, but at least 4, so that neighbouring tasks do not copy the same
     * input again and again.
     */
    private int planesPerTask(RowPlan plan) {
        int plane = input.h() * plan.paddedRow;
        int reach = (kernel.d() - 1) * dilation.d();
        int fitting = (SLAB / plane * upsampling.d() - reach) / stride.d();
        int even = Math.ceilDiv(output.d(), Math.ceilDiv(output.d(), Math.max(4, fitting)));
        return Math.min(output.d(), even);
    }

    private int groupInputs() {
        return inputChannels / groups;
    }

    private int groupOutputs() {
        return outputChannels / groups;
    }

    /** Divides a row of output positions into tiles, and a row of taps into pieces, in the same way for all rows. */
    private final class RowPlan {
        /**
         * Tiles of 7 positions come first, then tiles of 4; together they cover the row and exceed it by as little as
         * possible.
         */
        final int sevens;

        final int fours;
        final int positions;
        /** Floats of an input row in the slab, including padding. */
        final int paddedRow;
        /** Rows of output that are processed together. */
        final int rows;

        final int pieces;
        final int[] pieceFrom;
        final int[] pieceLength;
        final int[] pieceTap;

        RowPlan() {
            int width = output.w();
            int bestSevens = 0;
            for (int n = 0; n <= Math.ceilDiv(width, 7); n++) {
                int more = covered(n, width) - covered(bestSevens, width);
                if (more < 0 || more == 0 && !Lanes.FEW_REGISTERS) {
                    bestSevens = n;
                }
            }
            sevens = bestSevens;
            positions = covered(sevens, width);
            fours = (positions - 7 * sevens) / 4;
            // Without a tap, the result is zero, and of the input nothing is read.
            int reach = kernel.w() == 0 ? 0 : (kernel.w() - 1) * dilation.w();
            paddedRow = ((positions - 1) * stride.w() + reach + 1) * groupInputs();
            rows = Math.max(1, POSITIONS / positions);
            // Undilated taps of a row touch neighbouring voxels: their products are one run of kw·channels.
            boolean oneRun = dilation.w() == 1;
            int run = oneRun ? kernel.w() * groupInputs() : groupInputs();
            int perRun = Math.max(1, Math.ceilDiv(run, PIECE));
            int length = Math.ceilDiv(run, perRun);
            pieces = oneRun ? perRun : perRun * kernel.w();
            pieceFrom = new int[pieces];
            pieceLength = new int[pieces];
            pieceTap = new int[pieces];
            for (int i = 0; i < pieces; i++) {
                int within = i % perRun * length;
                int tap = i / perRun;
                pieceFrom[i] = tap * dilation.w() * groupInputs() + within;
                pieceTap[i] = tap * groupInputs() + within;
                pieceLength[i] = Math.min(length, run - within);
            }
        }

        private static int covered(int sevens, int width) {
            return 7 * sevens + 4 * Math.ceilDiv(Math.max(0, width - 7 * sevens), 4);
        }
    }

    /** Computes planes {@code firstPlane} … {@code endPlane}−1 of one sample and group. */
    private final class Task {
        private final RowPlan plan;
        private final int sample;
        private final int group;
        private final int firstPlane;
        private final int endPlane;
        private final float[] in;
        private final float[] weights;
        private final float @Nullable [] bias;
        private final float[] out;
        private final int firstInput;
        private final int endInput;

        @SuppressWarnings("NullAway.Init") // by run
        private float[] slab;

        @SuppressWarnings("NullAway.Init") // by run
        private float[] sums;

        Task(
                RowPlan plan,
                int sample,
                int group,
                int firstPlane,
                int endPlane,
                float[] in,
                float[] weights,
                float @Nullable [] bias,
                float[] out) {
            this.plan = plan;
            this.sample = sample;
            this.group = group;
            this.firstPlane = firstPlane;
            this.endPlane = endPlane;
            this.in = in;
            this.weights = weights;
            this.bias = bias;
            this.out = out;
            int lowest = firstPlane * stride.d() - padding.d();
            int highest = (endPlane - 1) * stride.d() - padding.d() + (kernel.d() - 1) * dilation.d();
            this.firstInput = Math.max(0, Math.ceilDiv(lowest, upsampling.d()));
            this.endInput = Math.max(firstInput, Math.min(input.d(), Math.floorDiv(highest, upsampling.d()) + 1));
        }

        public void run(CpuDevice device) {
            int slabRows = (endInput - firstInput) * input.h();
            slab = device.borrow(Math.max(1L, (long) slabRows * plan.paddedRow));
            sums = device.borrow(plan.rows * plan.positions * BLOCK);
            for (int row = 0; row < slabRows; row++) {
                copyRow(((sample * input.d() + firstInput) * input.h() + row) * input.w(), row * plan.paddedRow);
            }
            int blocks = Math.ceilDiv(groupOutputs(), BLOCK);
            for (int z = firstPlane; z < endPlane; z++) {
                for (int y = 0; y < output.h(); y += plan.rows) {
                    int rows = Math.min(plan.rows, output.h() - y);
                    for (int block = 0; block < blocks; block++) {
                        Arrays.fill(sums, 0, rows * plan.positions * BLOCK, 0);
                        addTaps(z, y, rows, (group * blocks + block) * kernel.product() * groupInputs() * BLOCK);
                        store(z, y, rows, block);
                    }
                }
            }
            device.giveBack(slab);
            device.giveBack(sums);
        }

        /** Copies one row of this group's channels into the slab, with padding. */
        private void copyRow(int firstVoxel, int target) {
            int channels = groupInputs();
            int width = plan.paddedRow / channels;
            // Input voxel i is at position i + padding of the padded row.
            int start = Math.max(0, -padding.w());
            int end = Math.min(input.w(), width - padding.w());
            if (end <= start) {
                Arrays.fill(slab, target, target + plan.paddedRow, 0);
                return;
            }
            int to = target + (start + padding.w()) * channels;
            Arrays.fill(slab, target, to, 0);
            Arrays.fill(slab, target + (end + padding.w()) * channels, target + plan.paddedRow, 0);
            if (groups == 1) {
                System.arraycopy(in, (firstVoxel + start) * channels, slab, to, (end - start) * channels);
                return;
            }
            for (int i = start; i < end; i++) {
                System.arraycopy(
                        in,
                        (firstVoxel + i) * inputChannels + group * channels,
                        slab,
                        to + (i - start) * channels,
                        channels);
            }
        }

        private void addTaps(int z, int y, int rows, int blockWeights) {
            for (int kd = 0; kd < kernel.d(); kd++) {
                int plane = inputIndex(z, kd, stride.d(), padding.d(), dilation.d(), upsampling.d(), input.d());
                if (plane < 0) {
                    continue;
                }
                for (int kh = 0; kh < kernel.h(); kh++) {
                    int tapWeights = blockWeights + (kd * kernel.h() + kh) * kernel.w() * groupInputs() * BLOCK;
                    for (int piece = 0; piece < plan.pieces; piece++) {
                        addPiece(plane, y, kh, rows, piece, tapWeights + plan.pieceTap[piece] * BLOCK);
                    }
                }
            }
        }

        private void addPiece(int plane, int y, int kh, int rows, int piece, int pieceWeights) {
            int step = stride.w() * groupInputs();
            int length = plan.pieceLength[piece];
            for (int r = 0; r < rows; r++) {
                int row = inputIndex(y + r, kh, stride.h(), padding.h(), dilation.h(), upsampling.h(), input.h());
                if (row < 0) {
                    continue;
                }
                int a = ((plane - firstInput) * input.h() + row) * plan.paddedRow + plan.pieceFrom[piece];
                int c = r * plan.positions * BLOCK;
                for (int i = 0; i < plan.sevens; i++, a += 7 * step, c += 7 * BLOCK) {
                    MicroKernels.addProducts7(slab, a, step, weights, pieceWeights, length, sums, c);
                }
                for (int i = 0; i < plan.fours; i++, a += 4 * step, c += 4 * BLOCK) {
                    MicroKernels.addProducts4(slab, a, step, weights, pieceWeights, length, sums, c);
                }
            }
        }

        /**
         * Returns the input index under tap {@code k} of output index {@code z} on one axis, or −1 if there is none.
         */
        private static int inputIndex(int z, int k, int stride, int padding, int dilation, int upsampling, int size) {
            int u = z * stride - padding + k * dilation;
            return u >= 0 && u % upsampling == 0 && u / upsampling < size ? u / upsampling : -1;
        }

        /** Writes the sums of the real positions and channels, plus bias, to the output. */
        private void store(int z, int y, int rows, int block) {
            int firstChannel = group * groupOutputs() + block * BLOCK;
            int channels = Math.min(BLOCK, groupOutputs() - block * BLOCK);
            for (int r = 0; r < rows; r++) {
                int voxel = ((sample * output.d() + z) * output.h() + y + r) * columns.width() + columns.first();
                int to = voxel * outputChannels + firstChannel;
                int from = r * plan.positions * BLOCK;
                for (int x = 0; x < output.w(); x++, from += BLOCK, to += columns.step() * outputChannels) {
                    if (bias == null) {
                        System.arraycopy(sums, from, out, to, channels);
                    } else {
                        addBias(sums, from, bias, firstChannel, channels, out, to);
                    }
                }
            }
        }

        private static void addBias(
                float[] sums, int from, float[] bias, int first, int channels, float[] out, int to) {
            for (int i = 0; i < channels; i++) {
                out[to + i] = sums[from + i] + bias[first + i];
            }
        }
    }
}
