package dev.voxgrad.engine.op.conv3d.cpu.planar;

/**
 * Contains the tiles of one view that have the same size. They share transformed weights, and are multiplied together.
 *
 * @param view the planes and the output channels
 * @param depth outputs of a tile along the third axis; 1 if the kernel is 1 along it
 * @param mu outputs of a tile along the view's axis u
 * @param mv outputs of a tile along the view's axis v
 * @param sources for each slab, where each tile's first input is in the source's slab
 * @param targets for each slab, where each tile's first output is in the target's slab
 * @param weights where this pass' transformed weights start
 */
record TilePass(PlanarView view, int depth, int mu, int mv, int[][] sources, int[][] targets, int weights) {
    /** Returns the number of positions of a tile: products for each pair of channels. */
    int positions() {
        return positions(depth, mu, mv);
    }

    /** Returns the same for a tile of that size. */
    static int positions(int depth, int mu, int mv) {
        return (depth == 1 ? 1 : depth + 2) * (mu + 2) * (mv + 2);
    }

    /** Returns the number of positions of a tile along the third axis, which is the number of planes it reads. */
    int planes() {
        return depth == 1 ? 1 : depth + 2;
    }

    /** Returns the number of positions in a plane of a tile. */
    int planePositions() {
        return (mu + 2) * (mv + 2);
    }

    /** Returns the number of tiles of units {@code first} … {@code first + units − 1}. */
    int tiles(int first, int units) {
        int tiles = 0;
        for (int unit = first; unit < first + units; unit++) {
            tiles += sources[unit % sources.length].length;
        }
        return tiles;
    }

    /** Returns where the tiles' inputs are if the units' slabs, {@code size} floats each, follow each other. */
    int[] sources(int first, int units, int start, int size) {
        return offsets(sources, first, units, start, size);
    }

    /** Returns where the tiles' outputs are if the units' slabs, {@code size} floats each, follow each other. */
    int[] targets(int first, int units, int start, int size) {
        return offsets(targets, first, units, start, size);
    }

    private int[] offsets(int[][] bySlab, int first, int units, int start, int size) {
        int[] offsets = new int[tiles(first, units)];
        int to = 0;
        for (int unit = 0; unit < units; unit++) {
            for (int offset : bySlab[(first + unit) % bySlab.length]) {
                offsets[to++] = start + unit * size + offset;
            }
        }
        return offsets;
    }
}
