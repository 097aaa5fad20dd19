package dev.voxgrad.engine.op.conv3d.cpu.planar;

import java.util.Collections;
import java.util.Comparator;
import java.util.List;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.conv3d.Conv3dAlgorithm;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneLayout;
import dev.voxgrad.engine.op.conv3d.cpu.direct.PackedWeights;

import static dev.voxgrad.engine.op.conv3d.cpu.planar.PlanarCorrelation.axis;

/**
 * Defines convolution with 3×3 kernels in planes by Winograd's minimal filtering in two dimensions: F(4×4, 3×3) takes
 * 36 products for 16 outputs instead of 144. Kernels of 3×3×3 are computed likewise, by F(4×4×4, 3×3×3): 216 products
 * for 64 outputs instead of 1728. This class contains the sizes; {@link PlanarConvolution} and {@link
 * PlanarWeightGradient} do the work.
 *
 * <pre>
 * y  = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A      d: 6×6 inputs, g: 3×3 weights, y: 4×4 outputs
 * dg = Gᵀ [ (A dy Aᵀ) ⊙ (Bᵀ d B) ] G
 * dd = the first formula with dy for d, and g reversed along both axes
 * </pre>
 *
 * <p>⊙ is, for each of the 36 positions, a matrix product over channels. A kernel of 3×3×3 has a third axis: six
 * planes of inputs, each transformed as above, are transformed across the planes in the same way. Weights and outputs
 * have such a third transform, too ({@link DeepTransforms}).
 *
 * <p><b>Orientations.</b> Kernels of 1×3×3, 3×1×3 and 3×3×1 are one computation: channels-last, they differ in the
 * distances between the voxels of a tile alone. A convolution of one kernel has one {@link PlanarView}; an ACS
 * convolution has up to three, which share what is read, and whose input gradients are added up.
 *
 * <pre>
 *      D                    axial: planes H×W     coronal: D×W     sagittal: D×H
 *     ╱                     a tile of the axial view, seen along D:
 *    ┌─── W                 x x x x x x
 *    │                      x y y y y x      6×6 inputs x, 4×4 outputs y; the next tile starts 4 voxels further on,
 *    H                      x y y y y x      and shares two columns or rows of inputs
 *                           x y y y y x
 *                           x y y y y x
 *                           x x x x x x
 * </pre>
 *
 * <p><b>Tiles.</b> An axis is divided into tiles of 4 outputs and, where that takes fewer products in total, a last few
 * of 3 or 2: 28 = 7·4, 14 = 3·4 + 2, 7 = 4 + 3 ({@link AxisTiles}). Tiles of the same size and view form a
 * {@link TilePass}. Each has transformed weights of its own, which is what mixing costs: it pays for many tiles. {@link
 * Tiling} lists the choice, of which the one with the fewest products is taken, those for weights included.
 *
 * <p><b>Order of work.</b> A unit is a slab: some planes of one sample, with the zeros and the neighbouring planes that
 * their tiles need. All views of a slab are complete before its output planes are passed on, so a voxel leaves with all
 * its channels. Units are processed in groups. If weights are few, each thread has groups of its own, and processes a
 * few tiles at a time, so that what is transformed stays in the second-level cache. If they are many, all threads share
 * a group of many tiles, each taking other positions, so that each weight is read once for the group. The transformed
 * activations are never in main memory as a whole.
 *
 * <p>Sources: Winograd, "Arithmetic complexity of computations", SIAM 1980; Lavin and Gray, "Fast algorithms for
 * convolutional neural networks", CVPR 2016; Barabasz, Anderson, Soodhalter and Gregg, "Error analysis and improving
 * the accuracy of Winograd convolution for deep neural networks", ACM TOMS 46(4), 2020 (the choice of points decides
 * about the error); Gelashvili, Shavit and Zlateski, "L3 fusion", arXiv 1912.02165 (blocks of tiles in cache). The
 * points are 0, ±3/4, ±3/2 and ∞: {@link PlanarTransforms}.
 */
public final class Planar {
    /** With fewer channels, in or out, vectors are not full, and the transforms outweigh the products saved. */
    private static final int CHANNELS = 16;
    /**
     * The number of samples for which algorithm and tiles are chosen, whatever their real number: results must not
     * depend on how volumes are divided into batches.
     */
    private static final int BATCH = 32;
    /**
     * What it costs to transform the weights of one position and to read them again and again, as a number of tiles
     * that could be multiplied meanwhile.
     */
    private static final int WEIGHT_TILES = 24;
    /** The same for kernels of 3×3×3, whose weights become 216 for each pair of channels. */
    private static final int CUBIC_WEIGHT_TILES = 96;
    /** The share of the products of F(2×2×2) below which larger tiles are chosen instead, … */
    public static final double CUBIC_SHARE = 0.6;
    /** … and the same for {@link #MANY} channels, with which transforms take a smaller part of the time. */
    public static final double CUBIC_SHARE_OF_MANY = 0.7;
    /** A number of channels, in and out. */
    public static final int MANY = 128;
    /**
     * The channels, in and out, from which training has larger tiles than 2×2×2 by default. Their rounding error, five
     * to ten times that of F(2×2×2), decides more near-ties of max pools and ReLUs differently from other
     * implementations. A layer of fewer channels has so few values in each voxel that one such tie shows: at 32
     * channels, a gradient of Net1 moves by 5e-3 of its norm.
     */
    public static final int CUBIC_CHANNELS = 64;
    /** The share of the products of direct convolution that must be saved, since transforms take time, too. */
    public static final double SAVED = 0.3;
    /** Maximum of transformed weights for which each thread processes tiles of its own: 4 MiB. */
    private static final int PRIVATE_WEIGHTS = 1024 * 1024;
    /** The same for the sums of their gradients, which each thread needs for itself: 1 MiB. */
    private static final int PRIVATE_GRADIENTS = 256 * 1024;
    /** The same for kernels of 3×3×3, which have up to six times as many: 4 MiB. */
    private static final int PRIVATE_CUBIC_GRADIENTS = 1024 * 1024;
    /** Minimum number of tiles in a slab, if there are enough. */
    private static final int SLAB_TILES = 56;
    /** Minimum number of tiles of one size in a group of slabs, if there are enough. */
    private static final int GROUP_TILES = 14;
    /** Maximum of floats in the slabs of a group that one thread processes: 8 MiB. */
    private static final int PRIVATE_SLABS = 2 * 1024 * 1024;
    /** Maximum of floats in the transformed tiles of a group that all threads process: 24 MiB. */
    private static final int SHARED_TILES = 6 * 1024 * 1024;
    /** Distances of a multiple of this many floats, an eighth of a page, are spread over few sets of a cache. */
    private static final int SETS = 128;
    /** The floats of a cache line. */
    private static final int LINE = 16;

    /** The most positions of all tiles of mixed sizes: 6 + 5 along each axis. Their weights are in one array. */
    private static final int MOST_POSITIONS = 1331;

    private static final int TAPS = 9;
    private static final int L = Lanes.COUNT;

    final Conv3dGeometry g;
    final List<PlanarView> views;
    /** The layout of inputs and their gradients. */
    final SlabLayout inner;
    /** The layout of outputs and their gradients. */
    final SlabLayout outer;

    final PlanarCorrelation forward;
    final PlanarCorrelation gradInput;

    /** Computes the sizes for a convolution that is {@linkplain #isPossible possible}. */
    Planar(Conv3dGeometry g) {
        this(g, tiling(g));
    }

    /**
     * Computes the sizes for one of the algorithms {@link Conv3dAlgorithm#PLANAR}, {@link Conv3dAlgorithm#WINOGRAD4}
     * and {@link Conv3dAlgorithm#WINOGRAD_PAIRS}.
     */
    public static Planar of(Conv3dAlgorithm algorithm, Conv3dGeometry g) {
        return algorithm == Conv3dAlgorithm.WINOGRAD_PAIRS ? new Planar(g, tiling(g, Tiling.IN_PAIRS)) : new Planar(g);
    }

    /** Computes the sizes for that way to divide the volume. */
    Planar(Conv3dGeometry g, Tiling tiling) {
        this.g = g;
        this.views = PlanarView.of(g);
        AxisTiles[] out = tiles(g, g.output(), tiling);
        AxisTiles[] in = tiles(g, g.input(), tiling);
        int perSlab = tilesPerSlab(in, out);
        Dims3 reversed = new Dims3(reversedPadding(0), reversedPadding(1), reversedPadding(2));
        Dims3 padding = new Dims3(padding(0), padding(1), padding(2));
        // Planes of output gradients are read in pairs, from an even one.
        Dims3 lead = new Dims3(Math.ceilDiv(reversed.d(), 2) * 2, reversed.h(), reversed.w());
        int outPlanes = PlanarCorrelation.slabPlanes(out[0], perSlab);
        int inPlanes = PlanarCorrelation.slabPlanes(in[0], perSlab);
        this.inner = SlabLayout.of(
                Math.ceilDiv(g.inputChannels(), L) * L,
                new Dims3(
                        Math.max(outPlanes + halo(0), inPlanes),
                        Math.max(out[1].length() + halo(1), in[1].length()),
                        Math.max(out[2].length() + halo(2), in[2].length())),
                padding);
        int gradientPlanes = Math.max(lead.d() - reversed.d() + inPlanes + halo(0), lead.d() + outPlanes);
        this.outer = SlabLayout.of(
                outputVoxel(),
                new Dims3(
                        Math.ceilDiv(gradientPlanes, 2) * 2,
                        Math.max(in[1].length() + halo(1), lead.h() + out[1].length()),
                        Math.max(in[2].length() + halo(2), lead.w() + out[2].length())),
                lead);
        this.forward =
                new PlanarCorrelation(true, views, g.inputChannels(), g.output(), out, padding, inner, outer, perSlab);
        this.gradInput =
                new PlanarCorrelation(false, views, g.inputChannels(), g.input(), in, reversed, outer, inner, perSlab);
    }

    /** Returns whether kernels are planar, 3×3, and without stride, dilation and groups. */
    public static boolean isPossible(Conv3dGeometry g) {
        return !isCubic(g) && hasTiles(g);
    }

    /** Returns whether kernels are 3×3×3, and without stride, dilation and groups. */
    public static boolean isPossibleInSpace(Conv3dGeometry g) {
        return isCubic(g) && hasTiles(g);
    }

    private static boolean hasTiles(Conv3dGeometry g) {
        return g.stride().equals(Dims3.ONE)
                && g.dilation().equals(Dims3.ONE)
                && g.groups() == 1
                && !PlanarView.of(g).isEmpty()
                && isPaddedInPlane(g)
                && (long) MOST_POSITIONS * wholeBlocks(g.inputChannels()) * wholeBlocks(g.outputChannels())
                        <= Integer.MAX_VALUE;
    }

    /**
     * Returns whether the padding is none along the axes where the kernel is 1, and at most 2 along the others; with
     * several views, 1.
     */
    private static boolean isPaddedInPlane(Conv3dGeometry g) {
        if (g.acs() != null) {
            return g.padding().equals(Dims3.ONE);
        }
        for (int i = 0; i < 3; i++) {
            if (axis(g.padding(), i) > (axis(g.kernel(), i) == 1 ? 0 : 2)) {
                return false;
            }
        }
        return true;
    }

    private static int wholeBlocks(int channels) {
        return Math.ceilDiv(channels, PackedWeights.BLOCK) * PackedWeights.BLOCK;
    }

    /** Returns whether this algorithm is expected to be faster than direct convolution. */
    public static boolean pays(Conv3dGeometry g) {
        long direct = (long) TAPS * BATCH * g.output().product() * g.outputChannels();
        return g.inputChannels() >= CHANNELS
                && g.outputChannels() >= CHANNELS
                && products(g, tiling(g)) < (1 - SAVED) * direct;
    }

    /**
     * Returns whether larger tiles are expected to be faster than F(2×2×2, 3×3×3): not if they are few, since they
     * would have to pay for the transforms of the weights, nor where much of a tile would be empty.
     *
     * @param g the convolution
     * @param leastChannels the minimum of channels, in and out
     */
    public static boolean paysInSpace(Conv3dGeometry g, int leastChannels) {
        return pays(g, leastChannels, Tiling.CUBIC);
    }

    /** Returns the same for tiles of two planes, as {@link Conv3dAlgorithm#WINOGRAD_PAIRS} has them. */
    public static boolean paysInPairs(Conv3dGeometry g, int leastChannels) {
        return pays(g, leastChannels, Tiling.IN_PAIRS);
    }

    private static boolean pays(Conv3dGeometry g, int leastChannels, List<Tiling> tilings) {
        Dims3 out = g.output();
        long tiles = (long) BATCH * Math.ceilDiv(out.d(), 2) * Math.ceilDiv(out.h(), 2) * Math.ceilDiv(out.w(), 2);
        long small = 64 * (tiles + WEIGHT_TILES) * g.outputChannels();
        int channels = Math.min(g.inputChannels(), g.outputChannels());
        double share = channels < MANY ? CUBIC_SHARE : CUBIC_SHARE_OF_MANY;
        return channels >= leastChannels && products(g, tiling(g, tilings)) < share * small;
    }

    /** Returns the way to divide the volume that takes the fewest products, including what its weights cost. */
    static Tiling tiling(Conv3dGeometry g) {
        return tiling(g, isCubic(g) ? Tiling.CUBIC : Tiling.PLANAR);
    }

    private static Tiling tiling(Conv3dGeometry g, List<Tiling> tilings) {
        return Collections.min(tilings, Comparator.comparingLong(tiling -> products(g, tiling)));
    }

    /** Returns the cost of tiles, in products for each input channel. */
    private static long products(Conv3dGeometry g, Tiling tiling) {
        AxisTiles[] tiles = tiles(g, g.output(), tiling);
        int weightTiles = isCubic(g) ? CUBIC_WEIGHT_TILES : WEIGHT_TILES;
        long sum = 0;
        for (PlanarView view : PlanarView.of(g)) {
            for (int[] sizes : view.sizes(tiles)) {
                int lines = view.deep() ? tiles[view.line()].count(sizes[0]) : axis(g.output(), view.line());
                long count = (long) BATCH * lines * tiles[view.u()].count(sizes[1]) * tiles[view.v()].count(sizes[2]);
                long positions = TilePass.positions(sizes[0], sizes[1], sizes[2]);
                sum += (count + weightTiles) * positions * view.channels();
            }
        }
        return sum;
    }

    /** Returns the tiles of each axis of a volume of that size: the convolution's input or output. */
    static AxisTiles[] tiles(Conv3dGeometry g, Dims3 size, Tiling tiling) {
        AxisTiles[] tiles = new AxisTiles[3];
        for (int i = 0; i < 3; i++) {
            int length = axis(size, i);
            tiles[i] = axis(g.kernel(), i) == 1 ? AxisTiles.single(length) : tiling.tiles(i, length);
        }
        return tiles;
    }

    /**
     * Returns the number of tiles along D in a slab. All of a sample are in one slab if kernels extend along D and
     * input and output differ, or tiles do.
     */
    private int tilesPerSlab(AxisTiles[] in, AxisTiles[] out) {
        int all = Math.max(in[0].count(), out[0].count());
        if (axis(g.kernel(), 0) == 1) {
            int wanted = Math.ceilDiv(SLAB_TILES, out[1].count() * out[2].count());
            return Math.min(all, Math.ceilDiv(wanted, 2) * 2);
        }
        if (g.padding().d() != 1 || out[0].distinct().length > 1) {
            return all;
        }
        int tiles = isCubic(g)
                ? out[1].count() * out[2].count()
                : Math.min(
                        out[1].count() * g.output().w(),
                        out[2].count() * g.output().h());
        int wanted = Math.ceilDiv(SLAB_TILES, tiles);
        return Math.min(all, out[0].size(0) % 2 == 0 ? wanted : Math.ceilDiv(wanted, 2) * 2);
    }

    /** Returns whether kernels extend along all three axes. */
    boolean isCubic() {
        return isCubic(g);
    }

    /** Returns the same for a convolution. */
    private static boolean isCubic(Conv3dGeometry g) {
        return g.acs() == null && g.kernel().equals(Dims3.cube(3));
    }

    private boolean extendsAlong(int axis) {
        return axis(g.kernel(), axis) > 1;
    }

    private int halo(int axis) {
        return extendsAlong(axis) ? 2 : 0;
    }

    private int padding(int axis) {
        return axis(g.padding(), axis);
    }

    private int reversedPadding(int axis) {
        return extendsAlong(axis) ? 2 - padding(axis) : 0;
    }

    /** Returns the floats of an output voxel: room for whole vectors of each view's channels. */
    private int outputVoxel() {
        int voxel = 0;
        for (PlanarView view : views) {
            voxel = Math.max(voxel, view.first() + Math.ceilDiv(view.channels(), L) * L);
        }
        return Math.ceilDiv(voxel, L) * L;
    }

    PlaneLayout outputLayout() {
        return new PlaneLayout(g.outputChannels(), g.output(), outer.voxel(), outer.row(), outer.plane());
    }

    /**
     * Returns the floats from one transformed tile to the next: room for the channels in whole vectors, and a cache
     * line more if the tiles that a micro-kernel reads at the same time would compete for few sets of the first-level
     * cache otherwise.
     */
    static int voxel(int channels) {
        int floats = Math.ceilDiv(channels, L) * L;
        return floats % SETS == 0 ? floats + LINE : floats;
    }

    /** Returns the number of units, slabs of samples. */
    int units() {
        return g.batch() * forward.slabs();
    }

    /** Returns whether all threads process the same tiles, each thread for other positions, since weights are many. */
    boolean sharesTiles() {
        return transformedWeights() > PRIVATE_WEIGHTS;
    }

    /** Returns whether all threads process the same tiles in the backward pass. */
    boolean sharesGradientTiles() {
        return transformedWeights() > (isCubic(g) ? PRIVATE_CUBIC_GRADIENTS : PRIVATE_GRADIENTS);
    }

    /** Returns the floats of the largest tiles' transformed weights. */
    private long transformedWeights() {
        int positions =
                forward.passes.stream().mapToInt(TilePass::positions).max().orElseThrow();
        return (long) positions * g.inputChannels() * g.outputChannels();
    }

    /** Returns the number of units that are processed together, by all threads or by one. */
    int unitsPerGroup(boolean shared) {
        long slabs = (long) inner.size() + outer.size();
        if (shared) {
            long tile = 0;
            for (TilePass pass : forward.passes) {
                long tiles = pass.tiles(0, forward.slabs());
                tile = Math.max(
                        tile, tiles * pass.positions() * (g.inputChannels() + g.outputChannels()) / forward.slabs());
            }
            return Math.clamp(SHARED_TILES / Math.max(tile, slabs), 1, units());
        }
        int fewest = Integer.MAX_VALUE;
        for (TilePass pass : forward.passes) {
            fewest = Math.min(fewest, pass.tiles(0, forward.slabs()));
        }
        int wanted = Math.ceilDiv(GROUP_TILES * forward.slabs(), Math.max(1, fewest));
        return Math.clamp(PRIVATE_SLABS / slabs, 1, Math.min(wanted, units()));
    }
}
