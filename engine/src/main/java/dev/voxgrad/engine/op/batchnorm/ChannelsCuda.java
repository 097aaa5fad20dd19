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
 * How a GPU works on the channels of (N,C) or (N,C,D,H,W): {@code Activation} and {@code Share} in voxgrad.cuh.
 *
 * @param rows samples times voxels
 * @param pack channels that a thread has at once: 8 of bfloat16 are the 16 bytes that it can load at once
 * @param lanes threads of a block that lie side by side along channels
 */
public record ChannelsCuda(int channels, int rows, int voxels, boolean channelsLast, int pack, int lanes) {
    private static final int WARP = 32;
    private static final int PACK = 8;
    /** A few for each multiprocessor of the largest cards. */
    private static final int MOST_BLOCKS = 1024;
    /** Fewer rows than this for each thread are not worth a block. */
    private static final int LEAST_ROWS = 2;

    /** Of a tensor in the device's activation layout. */
    public static ChannelsCuda of(Tensor tensor) {
        Shape shape = tensor.shape();
        int channels = shape.dim(1);
        int voxels = shape.elementsFrom(2);
        // Without voxels, both orders are the same, and reading along channels is the faster.
        boolean channelsLast = voxels == 1 || tensor.layout() == Layout.CHANNELS_LAST;
        boolean packed = channelsLast && CudaStorage.of(tensor).type() == ElementType.BFLOAT16 && channels % PACK == 0;
        int pack = packed ? PACK : 1;
        return new ChannelsCuda(
                channels, shape.dim(0) * voxels, voxels, channelsLast, pack, channelsLast ? lanes(channels / pack) : 1);
    }

    /** The least power of two that has room for them, or a warp. */
    private static int lanes(int packs) {
        return Math.min(WARP, packs == 1 ? 1 : Integer.highestOneBit(packs - 1) * 2);
    }

    /** The numbers of {@code struct Activation}. */
    public int[] activation() {
        return new int[] {channels, voxels, channelsLast ? 1 : 0, lanes};
    }

    /** A launch of the kernel {@code name} for the type of {@code tensor} and as many channels at once as it has. */
    public CudaLaunch kernel(CudaDevice device, CudaSource source, String name, Tensor tensor) {
        return device.kernel(source, name, tensor, pack);
    }

    /** How many parts each channel's sum is made in; a matter of sizes alone. */
    public int chunks() {
        return chunks(rows);
    }

    private int chunks(int allRows) {
        return Math.clamp(allRows / (LEAST_ROWS * (Grid.THREADS / lanes)), 1, Math.max(1, MOST_BLOCKS / groups()));
    }

    private int groups() {
        return Math.ceilDiv(channels, lanes * pack);
    }

    /** A block for each part of each group of channels. */
    public Grid grid() {
        return grid(rows);
    }

    /** The same for another number of rows: windows of a pool. */
    public Grid grid(int otherRows) {
        return new Grid(chunks(otherRows), groups(), 1, Grid.THREADS);
    }

    /** A block for each channel, to join its parts. */
    public Grid joining() {
        return Grid.blocks(channels, Grid.THREADS);
    }
}
