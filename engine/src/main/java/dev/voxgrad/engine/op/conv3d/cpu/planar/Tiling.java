package dev.voxgrad.engine.op.conv3d.cpu.planar;

import java.util.List;
import java.util.function.IntFunction;

/**
 * Lists the ways to divide a volume into tiles: which sizes occur along D, and which along H and W. For kernels in
 * planes, D is an axis like the others.
 */
enum Tiling {
    /** One size along each axis: 14 = 4·4 − 2. */
    UNIFORM(AxisTiles::uniform, AxisTiles::uniform),
    /** Two sizes along each axis where that takes fewer products, 14 = 3·4 + 2, each with weights of its own. */
    MIXED(AxisTiles::mixed, AxisTiles::mixed),
    /** One size along D, two along H and W. */
    MIXED_PLANES(AxisTiles::uniform, AxisTiles::mixed),
    /** Two planes along D, one size along H and W. */
    PAIRS(AxisTiles::pairs, AxisTiles::uniform),
    /** Two planes along D, two sizes along H and W. */
    MIXED_PAIRS(AxisTiles::pairs, AxisTiles::mixed);

    /** The choice for kernels in planes. */
    static final List<Tiling> PLANAR = List.of(UNIFORM, MIXED);
    /** The choice for kernels of 3×3×3. */
    static final List<Tiling> CUBIC = List.of(values());
    /** The choice for the same with tiles of two planes. */
    static final List<Tiling> IN_PAIRS = List.of(PAIRS, MIXED_PAIRS);

    /**
     * The longest axis D on which tiles are mixed if kernels extend along it: a slab is then a whole sample, since
     * slabs contain whole tiles of each size.
     */
    private static final int MIXED_DEPTH = 16;

    private final IntFunction<AxisTiles> depth;
    private final IntFunction<AxisTiles> plane;

    Tiling(IntFunction<AxisTiles> depth, IntFunction<AxisTiles> plane) {
        this.depth = depth;
        this.plane = plane;
    }

    /** Returns the tiles of an axis, 0 for D, along which kernels extend. */
    AxisTiles tiles(int axis, int length) {
        if (axis > 0) {
            return plane.apply(length);
        }
        return this == MIXED && length > MIXED_DEPTH ? AxisTiles.uniform(length) : depth.apply(length);
    }
}
