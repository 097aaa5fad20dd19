package dev.voxgrad.engine.op.conv3d.cpu.planar;

import java.util.Arrays;

/**
 * Divides an axis into tiles, large ones first. The last may reach beyond the end of the axis. A tile of m outputs
 * takes m + 2 positions, so four outputs cost 6, three 5 and two 4.
 */
final class AxisTiles {
    private static final int LARGEST = 4;
    private static final int SMALLEST = 2;

    private final int[] starts;
    private final int[] sizes;

    private AxisTiles(int large, int count, int small, int smallCount) {
        this.sizes = new int[count + smallCount];
        Arrays.fill(sizes, 0, count, large);
        Arrays.fill(sizes, count, sizes.length, small);
        this.starts = new int[sizes.length + 1];
        for (int i = 0; i < sizes.length; i++) {
            starts[i + 1] = starts[i] + sizes[i];
        }
    }

    /** Returns tiles of one output each, for an axis along which the kernel is 1. */
    static AxisTiles single(int length) {
        return new AxisTiles(1, length, 1, 0);
    }

    /** Returns tiles of two outputs each. */
    static AxisTiles pairs(int length) {
        return new AxisTiles(2, Math.ceilDiv(length, 2), 1, 0);
    }

    /** Returns tiles of the same size with the fewest positions. */
    static AxisTiles uniform(int length) {
        AxisTiles best = new AxisTiles(LARGEST, Math.ceilDiv(length, LARGEST), 1, 0);
        for (int size = LARGEST - 1; size >= SMALLEST; size--) {
            AxisTiles tiles = new AxisTiles(size, Math.ceilDiv(length, size), 1, 0);
            best = tiles.positions() < best.positions() ? tiles : best;
        }
        return best;
    }

    /** Returns tiles of at most two sizes with the fewest positions, of one size if that costs no more. */
    static AxisTiles mixed(int length) {
        AxisTiles best = uniform(length);
        for (int small = SMALLEST; small < LARGEST; small++) {
            for (int count = 1; count * LARGEST < length; count++) {
                AxisTiles tiles = new AxisTiles(LARGEST, count, small, Math.ceilDiv(length - count * LARGEST, small));
                best = tiles.positions() < best.positions() ? tiles : best;
            }
        }
        return best;
    }

    int count() {
        return sizes.length;
    }

    int size(int tile) {
        return sizes[tile];
    }

    /** Returns the first output of a tile; for the tile after the last, the number of outputs of all tiles. */
    int start(int tile) {
        return starts[tile];
    }

    /** Returns the number of outputs of all tiles, including those beyond the axis. */
    int length() {
        return starts[sizes.length];
    }

    /** Returns the different sizes. */
    int[] distinct() {
        return Arrays.stream(sizes).distinct().toArray();
    }

    /** Returns the number of tiles of that size. */
    int count(int size) {
        return (int) Arrays.stream(sizes).filter(s -> s == size).count();
    }

    private int positions() {
        return length() + 2 * count();
    }
}
