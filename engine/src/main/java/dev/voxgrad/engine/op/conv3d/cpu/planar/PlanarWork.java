package dev.voxgrad.engine.op.conv3d.cpu.planar;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.conv3d.cpu.direct.PackedWeights;
import dev.voxgrad.engine.trace.Pass;

/**
 * Counts the floating-point operations of a {@link TiledPlanarConv3d}: products of whole vectors of channels, with
 * tiles in sevens where the micro-kernel takes them so, and transforms of whole vectors.
 */
public final class PlanarWork {
    /** Operations of {@link PlanarTransforms} for one line of inputs, of m outputs at index m, … */
    private static final int[] INPUT = {0, 0, 4, 18, 24};
    /** … of outputs, … */
    private static final int[] OUTPUT = {0, 0, 4, 11, 16};
    /** … and of output gradients. */
    private static final int[] GRADIENT = {0, 0, 2, 10, 16};
    /** Operations of {@link PlanarWeights} for one position in a line of weights, … */
    private static final int WEIGHT = 5;
    /** … and of their gradients; summing up the parts is not included. */
    private static final int WEIGHT_GRADIENT = 6;

    private static final int BLOCK = PackedWeights.BLOCK;
    private static final int L = Lanes.COUNT;

    private final Planar p;
    private final TiledPlanarConv3d convolution;
    private final PlanarWeightGradient weightGradient;

    /** Creates the count for these sizes. */
    public PlanarWork(CpuDevice device, Planar p) {
        this.p = p;
        this.convolution = new TiledPlanarConv3d(device, p);
        this.weightGradient = new PlanarWeightGradient(device, p, 1);
    }

    /** Counts one pass. */
    public long flop(Pass pass) {
        return switch (pass) {
            case FORWARD -> correlation(p.forward);
            case GRAD_INPUT -> correlation(p.gradInput);
            case GRAD_WEIGHT -> weightGradient();
            default -> throw new IllegalArgumentException("conv3d: no kernel for " + pass);
        };
    }

    private long correlation(PlanarCorrelation c) {
        long sum = 0;
        for (TilePass pass : c.passes) {
            PlanarView view = pass.view();
            long tiles = pass.tiles(0, p.units());
            long source = c.sourceChannels(view);
            long target = c.targetChannels(view);
            long multiplied = c.forward ? convolution.multipliedTiles(pass) : convolution.multipliedGradientTiles(pass);
            sum += 2 * pass.positions() * c.weightsOfPosition(view) * multiplied;
            sum += tiles * wholeVectors(source) * input(pass);
            sum += tiles * wholeVectors(target) * output(pass);
            sum += source * c.targetVectors(view) * L * weights(WEIGHT, pass);
        }
        return sum;
    }

    private long weightGradient() {
        long inputs = Math.ceilDiv(p.g.inputChannels(), BLOCK) * BLOCK;
        long sum = 0;
        for (TilePass pass : p.forward.passes) {
            long tiles = pass.tiles(0, p.units());
            long outputs = pass.view().channels();
            sum += 2 * pass.positions() * weightGradient.positionSize(pass) * tiles;
            sum += tiles * wholeVectors(p.g.inputChannels()) * input(pass);
            sum += tiles * wholeVectors(outputs) * gradient(pass);
            sum += outputs * inputs * weights(WEIGHT_GRADIENT, pass);
        }
        return sum;
    }

    private static long wholeVectors(long channels) {
        return Math.ceilDiv(channels, L) * L;
    }

    private static long input(TilePass pass) {
        return pass.planes() * lines(INPUT, pass, pass.mu() + 2) + across(INPUT, pass);
    }

    private static long output(TilePass pass) {
        long plane = lines(OUTPUT, pass, pass.mu()) + (long) pass.mu() * pass.mv();
        return pass.depth() * plane + across(OUTPUT, pass);
    }

    private static long gradient(TilePass pass) {
        return pass.depth() * lines(GRADIENT, pass, pass.mu()) + across(GRADIENT, pass);
    }

    /** Counts the transform across the planes of a tile, none if there is a single one. */
    private static long across(int[] operations, TilePass pass) {
        int depth = pass.depth();
        return depth == 1 ? 0 : (long) pass.planePositions() * operations[depth];
    }

    /** Counts the transform of a plane: that many lines along v, and one line along u for each of its positions. */
    private static long lines(int[] operations, TilePass pass, int alongV) {
        return (long) alongV * operations[pass.mv()] + (pass.mv() + 2L) * operations[pass.mu()];
    }

    private static long weights(int operations, TilePass pass) {
        long plane = 3L * (pass.mv() + 2) + pass.planePositions();
        return operations * (pass.depth() == 1 ? plane : 3 * plane + pass.positions());
    }
}
