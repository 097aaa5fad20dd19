package dev.voxgrad.engine.op.conv3d.cpu.direct;

import java.util.Arrays;
import java.util.List;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;

/**
 * Arranges weights in the order in which {@link ListedProducts} reads them: [block][part][tap][channel that is
 * read][2 vectors of channels of the result], the last padded with zeros.
 */
final class ListedWeights {
    private static final int BLOCK = PackedWeights.BLOCK;

    private ListedWeights() {}

    /**
     * Packs the row-major weights (O,C,taps) for blocks of output or, {@code swapped}, of input channels.
     *
     * @return an array to give back to the device
     */
    static float[] pack(
            CpuDevice device, Conv3dGeometry g, List<ChannelBlock> blocks, float[] weight, boolean swapped) {
        int input = g.taps();
        int output = g.inputChannels() * g.taps();
        float[] packed = device.borrow(blocks.getLast().endOfWeights());
        device.parallel(blocks.size(), i -> {
            ChannelBlock block = blocks.get(i);
            int to = (int) block.weights();
            for (ChannelBlock.Part part : block.parts()) {
                if (swapped) {
                    packPart(block, part, weight, input, output, packed, to);
                } else {
                    packPart(block, part, weight, output, input, packed, to);
                }
                to += part.products() * BLOCK;
            }
        });
        return packed;
    }

    /** Packs one part; the steps are those from one channel of the result, or one that is read, to the next. */
    private static void packPart(
            ChannelBlock block,
            ChannelBlock.Part part,
            float[] weight,
            int resultStep,
            int readStep,
            float[] packed,
            int at) {
        int taps = part.taps().length;
        for (int c = 0; c < part.channels(); c++) {
            int from = block.first() * resultStep + (part.firstChannel() + c) * readStep;
            int to = at + c * BLOCK;
            for (int i = 0; i < block.count(); i++) {
                for (int tap = 0; tap < taps; tap++) {
                    packed[to + tap * part.channels() * BLOCK + i] = weight[from + i * resultStep + tap];
                }
            }
            for (int tap = 0; tap < taps; tap++) {
                int row = to + tap * part.channels() * BLOCK;
                Arrays.fill(packed, row + block.count(), row + BLOCK, 0);
            }
        }
    }
}
