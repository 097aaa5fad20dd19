package dev.voxgrad.engine.op.batchnorm;

import dev.voxgrad.engine.Layout;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.cuda.driver.Grid;
import dev.voxgrad.engine.cuda.nvrtc.CudaSource;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.CudaStorage;
import dev.voxgrad.engine.device.cuda.CudaLaunch;
import dev.voxgrad.engine.device.cuda.ElementType;

/**
 * Describes how a GPU divides work on the channels of a (N,C) or (N,C,D,H,W) tensor; see {@code Activation} and
 * {@code Share} in voxgrad.cuh.
 *
 * @param channels C
 * @param rows samples times voxels
 * @param voxels D·H·W
 * @param channelsLast whether the channels of a voxel are next to each other in memory
 * @param pack the number of channels that a thread processes at once: 8 in bfloat16 are the 16 bytes that it can load
 *     at once
 * @param lanes the number of a block's threads that are next to each other along the channels
 */
public record ChannelsCuda(int channels, int rows, int voxels, boolean channelsLast, int pack, int lanes) {
    private static final int WARP = 32;
    private static final int PACK = 8;
    /** A few blocks for each multiprocessor of the largest GPUs. */
    private static final int MOST_BLOCKS = 1024;
    /** The smallest number of rows per thread that is worth a block. */
    private static final int LEAST_ROWS = 2;

    /** Returns the division for a tensor in the device's activation layout. */
    public static ChannelsCuda of(Tensor tensor) {
        Shape shape = tensor.shape();
        int channels = shape.dim(1);
        int voxels = shape.elementsFrom(2);
        // With one voxel per channel, both layouts are the same, and reading along channels is faster.
        boolean channelsLast = voxels == 1 || tensor.layout() == Layout.CHANNELS_LAST;
        boolean packed = channelsLast && CudaStorage.of(tensor).type() == ElementType.BFLOAT16 && channels % PACK == 0;
        int pack = packed ? PACK : 1;
        return new ChannelsCuda(
                channels, shape.dim(0) * voxels, voxels, channelsLast, pack, channelsLast ? lanes(channels / pack) : 1);
    }

    /** Returns the smallest power of two that is not below {@code packs}, up to a warp. */
    private static int lanes(int packs) {
        return Math.min(WARP, packs == 1 ? 1 : Integer.highestOneBit(packs - 1) * 2);
    }

    /** Returns the fields of {@code struct Activation}. */
    public int[] activation() {
        return new int[] {channels, voxels, channelsLast ? 1 : 0, lanes};
    }

    /** Returns a launch of the kernel {@code name} for the type of {@code tensor} and this pack size. */
    public CudaLaunch kernel(CudaDevice device, CudaSource source, String name, Tensor tensor) {
        return device.kernel(source, name, tensor, pack);
    }

    /** Returns the number of parts that each channel's sum is computed in. It depends on sizes only. */
    public int chunks() {
        return chunks(rows);
    }

    private int chunks(int allRows) {
        return Math.clamp(allRows / (LEAST_ROWS * (Grid.THREADS / lanes)), 1, Math.max(1, MOST_BLOCKS / groups()));
    }

    private int groups() {
        return Math.ceilDiv(channels, lanes * pack);
    }

    /** Returns a grid with a block for each part of each group of channels. */
    public Grid grid() {
        return grid(rows);
    }

    /** Returns the same grid for another number of rows, such as the windows of a pool. */
    public Grid grid(int otherRows) {
        return new Grid(chunks(otherRows), groups(), 1, Grid.THREADS);
    }

    /** Returns a grid with a block for each channel, which joins the channel's parts. */
    public Grid joining() {
        return Grid.blocks(channels, Grid.THREADS);
    }
}
