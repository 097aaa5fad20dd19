package dev.voxgrad.engine.op.conv3d.cpu.pointwise;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelWriter;
import dev.voxgrad.engine.op.conv3d.cpu.direct.PackedWeights;

/**
 * Multiplies voxels by a matrix: by Wᵀ in the forward pass (x·Wᵀ), by W for the input gradient (dy·W). The matrix is
 * arranged once, as [block of columns][row][2 vectors of columns]; while a block is in cache, it is used for a run of
 * voxels.
 */
final class PointwiseProduct implements AutoCloseable {
    private static final int BLOCK = PackedWeights.BLOCK;
    private static final int ROWS = PointwiseKernels.ROWS;
    /** Rows that are transposed together: 8 KiB of packed weights. */
    private static final int PIECE = 64;

    private final CpuDevice device;
    private final int rows;
    private final int columns;
    private final float[] packed;
    private final float[] bias;

    private PointwiseProduct(CpuDevice device, int rows, int columns) {
        this.device = device;
        this.rows = rows;
        this.columns = columns;
        this.packed = device.borrow(Lanes.ALIGNED_START + (long) blocks() * rows * BLOCK);
        this.bias = device.borrow(blocks() * BLOCK);
        Arrays.fill(bias, 0);
    }

    /** Returns the product of the forward pass, from C to O channels. */
    static PointwiseProduct forward(
            CpuDevice device, Conv3dGeometry g, float[] weight, float @Nullable [] factors, float @Nullable [] bias) {
        PointwiseProduct product = new PointwiseProduct(device, g.inputChannels(), g.outputChannels());
        device.parallel(product.blocks(), block -> product.packTransposed(weight, factors, block));
        if (bias != null) {
            System.arraycopy(bias, 0, product.bias, 0, product.columns);
        }
        return product;
    }

    /** Returns the product of the input gradient, from O to C channels. */
    static PointwiseProduct gradInput(CpuDevice device, Conv3dGeometry g, float[] weight) {
        PointwiseProduct product = new PointwiseProduct(device, g.outputChannels(), g.inputChannels());
        device.parallel(product.blocks(), block -> product.pack(weight, block));
        return product;
    }

    /** Returns the number of channels with their padding to whole blocks. */
    static int padded(int channels) {
        return Math.ceilDiv(channels, BLOCK) * BLOCK;
    }

    private int blocks() {
        return Math.ceilDiv(columns, BLOCK);
    }

    private int blockStart(int block) {
        return Lanes.ALIGNED_START + block * rows * BLOCK;
    }

    /** Packs a block of W, whose rows are those of the weight. */
    private void pack(float[] weight, int block) {
        int count = Math.min(BLOCK, columns - block * BLOCK);
        for (int k = 0; k < rows; k++) {
            int to = blockStart(block) + k * BLOCK;
            System.arraycopy(weight, k * columns + block * BLOCK, packed, to, count);
            Arrays.fill(packed, to + count, to + BLOCK, 0);
        }
    }

    /** Packs a block of Wᵀ, whose columns are the rows of the weight, each multiplied by its factor. */
    private void packTransposed(float[] weight, float @Nullable [] factors, int block) {
        int count = Math.min(BLOCK, columns - block * BLOCK);
        for (int k = 0; k < rows; k += PIECE) {
            int end = Math.min(rows, k + PIECE);
            int to = blockStart(block) + k * BLOCK;
            Arrays.fill(packed, to, to + (end - k) * BLOCK, 0);
            for (int j = 0; j < count; j++) {
                int column = block * BLOCK + j;
                float factor = factors == null ? 1 : factors[column];
                packColumn(weight, column * rows + k, end - k, factor, to + j);
            }
        }
    }

    private void packColumn(float[] weight, int from, int count, float factor, int to) {
        for (int i = 0; i < count; i++) {
            packed[to + i * BLOCK] = factor * weight[from + i];
        }
    }

    /**
     * Multiplies a run of voxels and passes the result on.
     *
     * @param from provides voxels {@code first} … {@code first + count − 1}
     * @param scratch memory for the result, of {@link #borrowScratch}
     */
    void multiply(VoxelSource from, int task, int first, int count, float[] scratch, int stride, VoxelWriter to) {
        multiply(from, first, count, scratch, Lanes.ALIGNED_START, stride);
        to.write(task, first, count, scratch, Lanes.ALIGNED_START, stride);
    }

    /**
     * Multiplies whole tiles of {@link PointwiseKernels#ROWS} voxels, so that more than {@code count} may be written.
     */
    private void multiply(VoxelSource from, int first, int count, float[] c, int c0, int cStep) {
        for (int block = 0; block < blocks(); block++) {
            for (int v = 0; v < count; v += ROWS) {
                PointwiseKernels.products7(
                        from.array,
                        from.at(first + v),
                        from.step,
                        Math.min(ROWS, count - v),
                        packed,
                        blockStart(block),
                        rows,
                        bias,
                        block * BLOCK,
                        c,
                        c0 + v * cStep + block * BLOCK,
                        cStep);
            }
        }
    }

    /**
     * Returns memory for the result of up to {@code most} voxels of {@code stride} floats, to give back to the device.
     */
    float[] borrowScratch(int most, int stride) {
        return device.borrow(Lanes.ALIGNED_START + (most + ROWS - 1L) * stride);
    }

    /** Returns the borrowed memory. */
    @Override
    public void close() {
        device.giveBack(packed);
        device.giveBack(bias);
    }
}
