package dev.voxgrad.engine.op.batchnorm;

import dev.voxgrad.engine.Layout;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.cuda.Grid;
import dev.voxgrad.engine.device.CudaDevice;

/**
 * How a GPU sums over the channels of (N,C) or (N,C,D,H,W): {@code Activation} and {@code ChannelShare} in voxgrad.cuh.
 */
public record ChannelsCuda(int channels, int rows, boolean channelsLast, int voxels) {
    /** Channels of a block where they are the fastest dimension. */
    private static final int GROUP = 32;

    /** Of a tensor in the device's activation layout. */
    public static ChannelsCuda of(Tensor tensor) {
        Shape shape = tensor.shape();
        int voxels = shape.elementsFrom(2);
        // Without voxels, both orders are the same, and reading along channels is the faster.
        boolean channelsLast = voxels == 1 || tensor.layout() == Layout.CHANNELS_LAST;
        return new ChannelsCuda(shape.dim(1), shape.dim(0) * voxels, channelsLast, voxels);
    }

    /** The numbers of {@code struct Activation}. */
    public int[] activation() {
        return new int[] {channels, voxels, channelsLast ? 1 : 0};
    }

    /** How many parts each channel's sum is made in. */
    public int chunks() {
        return CudaDevice.chunks(rows);
    }

    /** A block for each part of each channel, or group of channels. */
    public Grid grid() {
        return new Grid(chunks(), channelsLast ? Math.ceilDiv(channels, GROUP) : channels, 1, Grid.THREADS);
    }

    /** A block for each channel, to join its parts. */
    public Grid joining() {
        return Grid.blocks(channels, Grid.THREADS);
    }
}
