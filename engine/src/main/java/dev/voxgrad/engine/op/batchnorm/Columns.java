package dev.voxgrad.engine.op.batchnorm;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.cpu.Lanes;

/**
 * How a channels-last array is cut for sums over each channel.
 *
 * <p>The array is seen as a matrix whose rows are {@code period} = lcm(C, lanes) floats long: every row is a whole
 * number of vectors, and column p belongs to channel p mod C. So 1 or 3 channels fill vectors as well as 32 do.
 * Fewer than {@code period} floats are left over at the end, the tail: whole voxels, for scalar code.
 *
 * <p>Rows are taken in blocks that stay in the first-level cache, where sums are float32; block sums are added up in
 * double. A task is a fixed number of blocks, so no sum depends on the number of threads.
 *
 * @param channels C
 * @param elements of the array
 * @param period floats in a row
 * @param rows whole rows in the array
 * @param blockRows rows in a block
 */
record Columns(int channels, int elements, int period, int rows, int blockRows) {
    private static final int BLOCK_FLOATS = 4096;
    private static final int MIN_BLOCK_ROWS = 16;
    /** Two accumulators share these rows: sums of at most 32 numbers in float32 keep close to all digits. */
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

    /** Index of the first float of the tail. */
    int tail() {
        return rows * period;
    }

    /** The C numbers, again and again until a row is full, so that column p finds its channel's; to give back. */
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
