package dev.voxgrad.engine.op.conv3d.cpu.direct;

import java.util.ArrayList;
import java.util.List;

import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;

/**
 * Describes a block of channels that the micro-kernels compute together, at most {@link PackedWeights#BLOCK}, and the
 * products that are summed for them.
 *
 * @param first the first channel of the block in a voxel of the result
 * @param count number of channels
 * @param parts the products, part by part
 * @param weights where the block's weights start among the packed ones
 */
record ChannelBlock(int first, int count, List<Part> parts, long weights) {
    /**
     * Describes the products of one view of a convolution; an ordinary convolution has a single one.
     *
     * @param firstChannel the first channel that is read of a voxel
     * @param channels number of channels that are read
     * @param taps for each weight between two channels, in order, its tap in the kernel of three dimensions
     */
    record Part(int firstChannel, int channels, int[] taps) {
        int products() {
            return channels * taps.length;
        }
    }

    private static final int BLOCK = PackedWeights.BLOCK;

    /** Returns the blocks of output channels: each of one view, over all input channels. */
    static List<ChannelBlock> ofOutputs(Conv3dGeometry g) {
        List<ChannelBlock> blocks = new ArrayList<>();
        for (int view = 0; view < views(g); view++) {
            Part part = new Part(0, g.inputChannels(), taps(g, view));
            addBlocks(blocks, firstOutput(g, view), outputs(g, view), List.of(part));
        }
        return blocks;
    }

    /** Returns the blocks of input channels: each sums over the output channels of all views. */
    static List<ChannelBlock> ofInputs(Conv3dGeometry g) {
        List<Part> parts = new ArrayList<>();
        for (int view = 0; view < views(g); view++) {
            parts.add(new Part(firstOutput(g, view), outputs(g, view), taps(g, view)));
        }
        List<ChannelBlock> blocks = new ArrayList<>();
        addBlocks(blocks, 0, g.inputChannels(), parts);
        return blocks;
    }

    private static void addBlocks(List<ChannelBlock> blocks, int first, int channels, List<Part> parts) {
        for (int c = 0; c < channels; c += BLOCK) {
            long weights =
                    blocks.isEmpty() ? Lanes.ALIGNED_START : blocks.getLast().endOfWeights();
            blocks.add(new ChannelBlock(first + c, Math.min(BLOCK, channels - c), parts, weights));
        }
    }

    /** Returns whether one vector has room for all channels of the block. */
    boolean narrow() {
        return count <= Lanes.COUNT;
    }

    /** Returns where the packed weights of the next block start. */
    long endOfWeights() {
        return weights + (long) products() * BLOCK;
    }

    /** Returns how many products are summed for one result, if every tap has something to read. */
    int products() {
        return parts.stream().mapToInt(Part::products).sum();
    }

    private static int views(Conv3dGeometry g) {
        return g.acs() == null ? 1 : 3;
    }

    private static int firstOutput(Conv3dGeometry g, int view) {
        return g.acs() == null ? 0 : g.acs().first(view);
    }

    private static int outputs(Conv3dGeometry g, int view) {
        return g.acs() == null ? g.outputChannels() : g.acs().count(view);
    }

    /** Returns the taps of a view: all, or those of the plane through the kernel's centre that it is in. */
    private static int[] taps(Conv3dGeometry g, int view) {
        int[] taps = new int[g.taps()];
        int k = g.kernel().d();
        int centre = k / 2;
        for (int i = 0; i < taps.length; i++) {
            int row = i / k;
            int column = i % k;
            taps[i] = g.acs() == null
                    ? i
                    : switch (view) {
                        case 0 -> (centre * k + row) * k + column;
                        case 1 -> (row * k + centre) * k + column;
                        default -> (row * k + column) * k + centre;
                    };
        }
        return taps;
    }
}
