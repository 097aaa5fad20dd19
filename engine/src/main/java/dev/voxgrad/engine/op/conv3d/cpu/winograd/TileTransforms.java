package dev.voxgrad.engine.op.conv3d.cpu.winograd;

import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.conv3d.cpu.direct.PackedWeights;

/**
 * Applies {@link WinogradTransforms} to all channels of one tile, between the planes of a group and transformed values
 * in either of two orders: a tile's channels one after the other, or in blocks of two vectors, as the products leave
 * them.
 *
 * @param w the sizes
 */
record TileTransforms(Winograd w) {
    private static final int BLOCK = PackedWeights.BLOCK;
    private static final int L = Lanes.COUNT;

    /**
     * Transforms products back to outputs.
     *
     * @param m the tile's first block of channels of position p at {@code from + p·step}, the next block
     *     {@code blockStep} further on
     */
    void outputs(
            int tile, float[] m, int from, int blockStep, int step, float[] biases, float[] planes, float[] scratch) {
        int to = w.outputOffset(tile);
        for (int channel = 0; channel < w.paddedOutputs; channel += L) {
            WinogradTransforms.output(
                    m,
                    from + channel / BLOCK * blockStep + channel % BLOCK,
                    step,
                    biases,
                    channel,
                    scratch,
                    planes,
                    to + channel,
                    w.paddedOutputs,
                    w.outputRow(),
                    w.outputPlane());
        }
    }

    /** Transforms output gradients: planes → {@code m[to + p·step + channel]}. */
    void outputGradients(int tile, float[] planes, float[] m, int to, int step, float[] scratch) {
        int from = w.outputOffset(tile);
        for (int channel = 0; channel < w.paddedOutputs; channel += L) {
            WinogradTransforms.outputGradient(
                    planes,
                    from + channel,
                    w.paddedOutputs,
                    w.outputRow(),
                    w.outputPlane(),
                    scratch,
                    m,
                    to + channel,
                    step);
        }
    }

    /**
     * Transforms gradients of transformed inputs, and adds them to those of inputs.
     *
     * @param v laid out as {@code m} in {@link #outputs}
     */
    void addInputGradients(int tile, float[] v, int from, int blockStep, int step, float[] slab, float[] scratch) {
        int to = w.slabOffset(tile);
        for (int channel = 0; channel < w.paddedInputs; channel += L) {
            WinogradTransforms.addInputGradient(
                    v,
                    from + channel / BLOCK * blockStep + channel % BLOCK,
                    step,
                    scratch,
                    slab,
                    to + channel,
                    w.paddedInputs,
                    w.slabRow(),
                    w.slabPlane());
        }
    }
}
