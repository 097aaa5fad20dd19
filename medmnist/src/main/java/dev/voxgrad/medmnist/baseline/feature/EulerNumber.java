package dev.voxgrad.medmnist.baseline.feature;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Computes the Euler number: connected parts, minus tunnels, plus cavities. Voxels are closed cubes, so that those which
 * share a corner are connected. With N₀ corners, N₁ edges and N₂ faces of the voxels inside, shared ones counted once,
 *
 * <pre>χ = N₀ − N₁ + N₂ − V</pre>
 *
 * <p>(Gray, Local properties of binary images in two dimensions, IEEE Transactions on Computers 20, 1971, in three
 * dimensions.) Let a cell be flat along the axes of a set A: a voxel for none, a corner for all. A voxel has such a cell
 * at either side along each axis of A, so the cells are at the voxels and those voxels moved by 1 along axes of A.
 */
final class EulerNumber implements MaskFeatures {
    @Override
    public List<String> names() {
        return List.of("Euler number");
    }

    @Override
    public double[] of(Mask mask) {
        double euler = 0;
        for (int flat = 0; flat < 8; flat++) {
            int cells = mask.reached(sides(flat));
            euler += Integer.bitCount(flat) % 2 == 1 ? cells : -cells;
        }
        return new double[] {euler};
    }

    /** Returns the moves by 0 or 1 along the axes whose bits are set. */
    private static List<Offset> sides(int flat) {
        return IntStream.range(0, 8)
                .filter(side -> (side & ~flat) == 0)
                .mapToObj(side -> new Offset(side & 1, side >> 1 & 1, side >> 2))
                .toList();
    }
}
