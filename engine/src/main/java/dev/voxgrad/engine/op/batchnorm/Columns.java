package dev.voxgrad.engine.op.batchnorm;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.cpu.Lanes;

/**
 * Describes how a channels-last array is divided to compute sums over each channel.
 *
 * <p>The array is treated as a matrix whose rows are {@code period} = lcm(C, lanes) floats long: every row is a whole
 * number of vectors, and column p belongs to channel p mod C. This way 1 or 3 channels fill vectors as well as 32 do.
 * The fewer than {@code period} floats that remain at the end, the tail, are whole voxels, left to scalar code.
 *
 * <p>Rows are processed in blocks that stay in the first-level cache. Sums within a block are float32; the sums of
 * blocks are added in double. A task is a fixed number of blocks, so no sum depends on the number of threads.
 *
 * @param channels C
 * @param elements the length of the array
 * @param period the number of floats in a row
 * @param rows the number of whole rows in the array
 * @param blockRows the number of rows in a block
 */
record Columns(int channels, int elements, int period, int rows, int blockRows) {
    private static final int BLOCK_FLOATS = 4096;
    private static final int MIN_BLOCK_ROWS = 16;
    /** Two accumulators share these rows: float32 sums of up to 32 values keep nearly all digits. */
    private static final int MAX_BLOCK_ROWS = 64;

    private static final int BLOCKS_PER_TASK = 16;

    static Columns of(int channels, int elements) {
        int period = channels / greatestCommonDivisor(channels, Lanes.COUNT) * Lanes.COUNT;
        return new Columns(
                channels,
                elements,
                period,
                elements / period,
                Math.clamp(BLOCK_FLOATS / period, MIN_BLOCK_ROWS, MAX_BLOCK_ROWS));
    }

    int tasks() {
        return Math.ceilDiv(rows, blockRows * BLOCKS_PER_TASK);
    }

    int firstRow(int task) {
        return task * blockRows * BLOCKS_PER_TASK;
    }

    int lastRow(int task) {
        return Math.min(rows, firstRow(task + 1));
    }

    /** Returns the index of the first float of the tail. */
    int tail() {
        return rows * period;
    }

    /** Returns a row that repeats the C values, so that column p has its channel's value. It must be given back. */
    float[] repeat(CpuDevice device, double[] perChannel) {
        float[] row = device.borrow(period);
        for (int p = 0; p < period; p++) {
            row[p] = (float) perChannel[p % channels];
        }
        return row;
    }

    static void giveBack(CpuDevice device, float[]... rows) {
        for (float[] row : rows) {
            device.giveBack(row);
        }
    }

    private static int greatestCommonDivisor(int a, int b) {
        return b == 0 ? a : greatestCommonDivisor(b, a % b);
    }
}
