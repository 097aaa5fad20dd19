package dev.voxgrad.engine.op.conv3d.cpu.direct;

import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;

/**
 * Computes the forward pass or the input gradient of a convolution over {@link PositionLists}: for each position, the
 * sum over the taps that have something to read there. No input is copied or padded.
 *
 * <p>A task computes the positions of some {@linkplain PositionRun runs}, one after the other. For a block of channels
 * at a time, it goes over the taps: the weights of a piece of a tap stay in the first-level cache while the
 * micro-kernels add their products to all listed positions.
 *
 * @param size the size of one sample of the result
 * @param step positions of a run are that far apart: the stride for an input gradient, else 1
 * @param readVoxel floats of a voxel that is read
 * @param voxel floats of a voxel of the result
 */
record ListedProducts(
        CpuDevice device,
        int batch,
        TapTable table,
        Dims3 size,
        Dims3 step,
        int readVoxel,
        int voxel,
        List<ChannelBlock> blocks) {
    /** Maximum number of products per result and micro-kernel call: 16 KiB of weights for vectors of 16 floats. */
    private static final int PIECE = 128;
    /** Maximum number of positions of a run: their sums take 7 KiB. */
    private static final int POSITIONS = 56;
    /** Desired number of tasks, so that many threads find work and end at about the same time. */
    private static final int TASKS = 256;

    private static final int BLOCK = PackedWeights.BLOCK;

    /** Returns the computation of the forward pass. */
    static ListedProducts forward(CpuDevice device, Conv3dGeometry g) {
        return new ListedProducts(
                device,
                g.batch(),
                TapTable.forward(g),
                g.output(),
                Dims3.ONE,
                g.inputChannels(),
                g.outputChannels(),
                ChannelBlock.ofOutputs(g));
    }

    /** Returns the computation of the input gradient. */
    static ListedProducts inputGradient(CpuDevice device, Conv3dGeometry g) {
        return new ListedProducts(
                device,
                g.batch(),
                TapTable.gradient(g),
                g.input(),
                g.stride(),
                g.outputChannels(),
                g.inputChannels(),
                ChannelBlock.ofInputs(g));
    }

    /**
     * Runs on all threads.
     *
     * @param weights in the order of {@link ListedWeights}
     * @param bias one value per channel of the result, or null for none
     */
    void run(float[] in, float[] weights, float @Nullable [] bias, float[] out) {
        List<PositionRun> runs = PositionRun.divide(batch, size, step, POSITIONS);
        int tasks = Math.min(runs.size(), TASKS);
        int parts = Math.clamp(Math.ceilDiv(TASKS, tasks), 1, blocks.size());
        device.parallel(tasks * parts, task -> {
            List<PositionRun> some = part(runs, task / parts, tasks);
            compute(some, part(blocks, task % parts, parts), in, weights, bias, out);
        });
    }

    private static <T> List<T> part(List<T> all, int part, int parts) {
        return all.subList((int) ((long) all.size() * part / parts), (int) ((long) all.size() * (part + 1) / parts));
    }

    private void compute(
            List<PositionRun> runs,
            List<ChannelBlock> some,
            float[] in,
            float[] weights,
            float @Nullable [] bias,
            float[] out) {
        PositionLists lists = new PositionLists(table, size, step, readVoxel, POSITIONS);
        float[] sums = device.borrow(PositionLists.sums(POSITIONS + 1));
        for (PositionRun run : runs) {
            lists.moveTo(run);
            lists.fill();
            for (ChannelBlock block : some) {
                Arrays.fill(sums, PositionLists.sums(0), PositionLists.sums(run.count()), 0);
                addBlock(lists, block, in, weights, sums);
                store(lists, run.count(), block, sums, bias, out);
            }
        }
        device.giveBack(sums);
    }

    private static void addBlock(PositionLists lists, ChannelBlock block, float[] in, float[] weights, float[] sums) {
        int w = (int) block.weights();
        for (ChannelBlock.Part part : block.parts()) {
            int pieces = Math.ceilDiv(part.channels(), PIECE);
            for (int tap : part.taps()) {
                for (int piece = 0; piece < pieces && lists.count(tap) > 0; piece++) {
                    int from = part.channels() * piece / pieces;
                    int length = part.channels() * (piece + 1) / pieces - from;
                    int channel = part.firstChannel() + from;
                    addPiece(lists, tap, in, channel, weights, w + from * BLOCK, length, sums, block.narrow());
                }
                w += part.channels() * BLOCK;
            }
        }
    }

    /** Adds a piece's products to the sums; a narrow block uses one vector of them. */
    private static void addPiece(
            PositionLists lists,
            int tap,
            float[] in,
            int channel,
            float[] weights,
            int w,
            int length,
            float[] sums,
            boolean narrow) {
        int[] from = lists.from(tap);
        int[] to = lists.to(tap);
        int sevens = 7 * PositionLists.sevens(lists.count(tap));
        for (int i = 0; i < sevens; i += 7) {
            if (narrow) {
                ListedKernels.addNarrowProducts7(in, channel, from, to, i, weights, w, length, sums);
            } else {
                ListedKernels.addProducts7(in, channel, from, to, i, weights, w, length, sums);
            }
        }
        for (int i = sevens; i < lists.count(tap); i += 4) {
            if (narrow) {
                ListedKernels.addNarrowProducts4(in, channel, from, to, i, weights, w, length, sums);
            } else {
                ListedKernels.addProducts4(in, channel, from, to, i, weights, w, length, sums);
            }
        }
    }

    /** Writes the sums of the real channels, plus bias. */
    private void store(
            PositionLists lists,
            int positions,
            ChannelBlock block,
            float[] sums,
            float @Nullable [] bias,
            float[] out) {
        for (int p = 0; p < positions; p++) {
            int to = lists.voxel(p) * voxel + block.first();
            int from = PositionLists.sums(p);
            if (bias == null) {
                System.arraycopy(sums, from, out, to, block.count());
                continue;
            }
            for (int i = 0; i < block.count(); i++) {
                out[to + i] = sums[from + i] + bias[block.first() + i];
            }
        }
    }
}
