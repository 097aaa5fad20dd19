package dev.voxgrad.medmnist.baseline.feature;

import java.util.ArrayList;
import java.util.List;

/**
 * Contains a move by whole voxels.
 *
 * @param x voxels along X
 * @param y voxels along Y
 * @param z voxels along Z
 */
record Offset(int x, int y, int z) {
    /** The 13 directions to the 26 neighbours of a voxel, without their opposites: axes, face and space diagonals. */
    static final List<Offset> DIRECTIONS = directions();

    private static List<Offset> directions() {
        List<Offset> all = new ArrayList<>();
        for (int length = 1; length <= 3; length++) {
            for (int i = 14; i < 27; i++) {
                Offset offset = new Offset(i / 9 - 1, i / 3 % 3 - 1, i % 3 - 1);
                if (offset.squaredLength() == length) {
                    all.add(offset);
                }
            }
        }
        return List.copyOf(all);
    }

    /** Returns the square of the distance moved, in voxels. */
    int squaredLength() {
        return x * x + y * y + z * z;
    }

    /** Returns the move made several times. */
    Offset times(int count) {
        return new Offset(count * x, count * y, count * z);
    }

    @Override
    public String toString() {
        return "(" + x + "," + y + "," + z + ")";
    }
}
