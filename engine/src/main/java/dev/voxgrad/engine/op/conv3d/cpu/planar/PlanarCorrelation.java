package dev.voxgrad.engine.op.conv3d.cpu.planar;

import java.util.ArrayList;
import java.util.List;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.conv3d.cpu.direct.PackedWeights;

/**
 * Contains the sizes of one correlation with planar kernels: the forward pass, from inputs to outputs, or the input
 * gradient, from output gradients to input gradients, with reversed kernels. In the first, each view computes some of
 * the target's channels; in the second, each view reads some of the source's channels and adds to all of the target's.
 */
final class PlanarCorrelation {
    private static final int BLOCK = PackedWeights.BLOCK;

    final boolean forward;
    final SlabLayout source;
    final SlabLayout target;
    final List<TilePass> passes;
    /** Floats of all transformed weights. */
    final int weights;

    private final int inputs;
    private final Dims3 size;
    private final AxisTiles[] tiles;
    private final int planesPerSlab;

    /**
     * Computes the sizes.
     *
     * @param inputs all input channels of the convolution
     * @param size the target's size
     * @param tiles the target's tiles along D, H and W; of one output each where no kernel extends along the axis
     * @param padding zeros around the source
     * @param planesPerSlab number of tiles along D in a slab
     */
    PlanarCorrelation(
            boolean forward,
            List<PlanarView> views,
            int inputs,
            Dims3 size,
            AxisTiles[] tiles,
            Dims3 padding,
            SlabLayout source,
            SlabLayout target,
            int planesPerSlab) {
        this.forward = forward;
        this.inputs = inputs;
        this.size = size;
        this.tiles = tiles;
        this.source = source;
        this.target = target;
        this.planesPerSlab = planesPerSlab;
        this.passes = new ArrayList<>();
        int from = 0;
        for (PlanarView view : views) {
            for (int[] sizes : view.sizes(tiles)) {
                int[][] sources = new int[slabs()][];
                int[][] targets = new int[slabs()][];
                for (int slab = 0; slab < slabs(); slab++) {
                    addOffsets(view, sizes, slab, padding, sources, targets);
                }
                TilePass pass = new TilePass(view, sizes[0], sizes[1], sizes[2], sources, targets, from);
                passes.add(pass);
                from += pass.positions() * weightsOfPosition(view);
            }
        }
        this.weights = from;
    }

    private void addOffsets(PlanarView view, int[] sizes, int slab, Dims3 padding, int[][] sources, int[][] targets) {
        int[] lines = starts(view.line(), sizes[0], slab);
        int[] us = starts(view.u(), sizes[1], slab);
        int[] vs = starts(view.v(), sizes[2], slab);
        int first = source.interior()
                - axis(padding, view.u()) * source.step(view.u())
                - axis(padding, view.v()) * source.step(view.v())
                - (view.deep() ? axis(padding, view.line()) * source.step(view.line()) : 0);
        sources[slab] = new int[lines.length * us.length * vs.length];
        targets[slab] = new int[lines.length * us.length * vs.length];
        int tile = 0;
        for (int line : lines) {
            for (int u : us) {
                for (int v : vs) {
                    sources[slab][tile] = first
                            + line * source.step(view.line())
                            + u * source.step(view.u())
                            + v * source.step(view.v());
                    targets[slab][tile++] =
                            line * target.step(view.line()) + u * target.step(view.u()) + v * target.step(view.v());
                }
            }
        }
    }

    /** Returns where the slab's tiles of that size start along an axis; for size 1, every voxel that exists. */
    private int[] starts(int axis, int size, int slab) {
        AxisTiles all = tiles[axis];
        int first = axis == 0 ? slab * planesPerSlab : 0;
        int end = axis == 0 ? Math.min(all.count(), first + planesPerSlab) : all.count();
        List<Integer> starts = new ArrayList<>();
        for (int tile = first; tile < end; tile++) {
            if (size == 1) {
                for (int i = all.start(tile); i < Math.min(all.start(tile + 1), axis(this.size, axis)); i++) {
                    starts.add(i - all.start(first));
                }
            } else if (all.size(tile) == size) {
                starts.add(all.start(tile) - all.start(first));
            }
        }
        return starts.stream().mapToInt(i -> i).toArray();
    }

    /** Returns the number of slabs of a sample. */
    int slabs() {
        return Math.ceilDiv(tiles[0].count(), planesPerSlab);
    }

    /** Returns the first plane of a slab. */
    int firstPlane(int slab) {
        return tiles[0].start(slab * planesPerSlab);
    }

    /** Returns the number of planes of the target in a slab. */
    int planes(int slab) {
        int end = tiles[0].start(Math.min(tiles[0].count(), (slab + 1) * planesPerSlab));
        return Math.min(end, size.d()) - firstPlane(slab);
    }

    /** Returns the number of planes of a whole slab's tiles, including those beyond the volume. */
    static int slabPlanes(AxisTiles tiles, int planesPerSlab) {
        return tiles.start(Math.min(tiles.count(), planesPerSlab));
    }

    /** Returns the first of the source's channels that a view reads. */
    int firstSource(PlanarView view) {
        return forward ? 0 : view.first();
    }

    /** Returns the number of the source's channels that a view reads. */
    int sourceChannels(PlanarView view) {
        return forward ? inputs : view.channels();
    }

    /** Returns the first of the target's channels that a view computes. */
    int firstTarget(PlanarView view) {
        return forward ? view.first() : 0;
    }

    /** Returns the number of the target's channels that a view computes. */
    int targetChannels(PlanarView view) {
        return forward ? view.channels() : inputs;
    }

    /** Returns the number of vectors of the target's channels of a view. */
    int targetVectors(PlanarView view) {
        return Math.ceilDiv(targetChannels(view), Lanes.COUNT);
    }

    /** Returns the number of blocks of the target's channels of a view: pairs of vectors, the last may be a single. */
    int targetBlocks(PlanarView view) {
        return Math.ceilDiv(targetVectors(view), 2);
    }

    /** Returns the floats of one block: two vectors, or one. */
    int blockSize(PlanarView view, int block) {
        return Math.min(BLOCK, targetVectors(view) * Lanes.COUNT - block * BLOCK);
    }

    /** Returns the floats of a view's transformed weights at one position. */
    int weightsOfPosition(PlanarView view) {
        return targetVectors(view) * sourceChannels(view) * Lanes.COUNT;
    }

    static int axis(Dims3 dims, int axis) {
        return switch (axis) {
            case 0 -> dims.d();
            case 1 -> dims.h();
            default -> dims.w();
        };
    }
}
