package dev.voxgrad.engine.op.conv3d.cpu.direct;

import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.conv3d.AcsSplit;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.trace.Pass;

/**
 * Computes direct convolutions over lists of positions: strided ones whose outputs have short rows, and ACS
 * convolutions, of which each view is computed from its own taps. In the input gradient, the views' contributions are
 * summed in registers. The weight gradient is that of {@link DirectWeightGradient}, view by view.
 */
public record ListedPasses(CpuDevice device, Conv3dGeometry g) implements DirectPasses {
    /** With fewer input channels, a tap has too few products to keep the sums of a micro-kernel's call in registers. */
    private static final int CHANNELS = 16;

    /** Longer rows fill the micro-kernels' blocks of positions without being joined to others. */
    private static final int WIDTH = 7;

    /** Returns whether these passes are the faster ones for a convolution, or the only ones that know its views. */
    public static boolean suits(Conv3dGeometry g) {
        if (g.groups() > 1 || g.inputChannels() < CHANNELS) {
            return false;
        }
        if (g.acs() != null) {
            return g.dilation().equals(Dims3.ONE)
                    && g.padding().equals(Dims3.cube(g.kernel().d() / 2));
        }
        return !g.stride().equals(Dims3.ONE) && g.output().w() < WIDTH;
    }

    @Override
    public void forward(float[] x, float[] weight, float @Nullable [] bias, float[] y) {
        run(ListedProducts.forward(device, g), x, weight, false, bias, y);
    }

    @Override
    public void inputGradient(float[] dy, float[] weight, float[] dx) {
        run(ListedProducts.inputGradient(device, g), dy, weight, true, null, dx);
    }

    private void run(
            ListedProducts products,
            float[] in,
            float[] weight,
            boolean swapped,
            float @Nullable [] bias,
            float[] out) {
        float[] packed = ListedWeights.pack(device, g, products.blocks(), weight, swapped);
        products.run(in, packed, bias, out);
        device.giveBack(packed);
    }

    @Override
    public void weightGradient(float[] x, float[] dy, float[] dw, boolean add) {
        AcsSplit split = g.acs();
        if (split == null) {
            new DirectWeightGradient(device, g).run(x, dy, dw, add);
            return;
        }
        for (int view = 0; view < 3; view++) {
            if (split.count(view) > 0) {
                new DirectWeightGradient(device, g.view(view), g.outputChannels(), split.first(view))
                        .run(x, dy, dw, add);
            }
        }
    }

    /**
     * Counts the taps that have something to read, and whole vectors or, in the weight gradient, blocks of channels.
     */
    @Override
    public long flop(Pass pass) {
        return switch (pass) {
            case FORWARD -> flop(ChannelBlock.ofOutputs(g), true);
            case GRAD_INPUT -> flop(ChannelBlock.ofInputs(g), true);
            case GRAD_WEIGHT -> flop(ChannelBlock.ofOutputs(g), false);
            default -> throw new IllegalArgumentException("conv3d: no kernel for " + pass);
        };
    }

    private long flop(List<ChannelBlock> blocks, boolean narrow) {
        TapTable table = TapTable.forward(g);
        long products = 0;
        for (ChannelBlock block : blocks) {
            int lanes = narrow && block.narrow() ? Lanes.COUNT : PackedWeights.BLOCK;
            for (ChannelBlock.Part part : block.parts()) {
                for (int tap : part.taps()) {
                    products += table.pairs(tap) * part.channels() * lanes;
                }
            }
        }
        return 2 * g.batch() * products;
    }
}
