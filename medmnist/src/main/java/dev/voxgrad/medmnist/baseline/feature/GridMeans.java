package dev.voxgrad.medmnist.baseline.feature;

import java.util.ArrayList;
import java.util.List;

import dev.voxgrad.medmnist.data.VolumeShape;

/**
 * Computes the means of a volume's blocks: the volume as it looks at a low resolution.
 *
 * <p>An axis of n voxels is cut into g = min(n, edge) blocks; block i contains the voxels from ⌊i·n/g⌋ to ⌊(i+1)·n/g⌋ −
 * 1, so that lengths differ by one voxel at most. Each channel has its own means: F = g_x · g_y · g_z · C, in the order
 * (X, Y, Z, C).
 */
final class GridMeans implements FeatureSet {
    private final int edge;

    /**
     * Creates the set.
     *
     * @param edge blocks along an axis, at most
     */
    GridMeans(int edge) {
        this.edge = edge;
    }

    @Override
    public String flag() {
        return "grid" + edge;
    }

    @Override
    public List<String> names(VolumeShape shape) {
        List<String> names = new ArrayList<>();
        for (int x = 0; x < blocks(shape.x()); x++) {
            for (int y = 0; y < blocks(shape.y()); y++) {
                for (int z = 0; z < blocks(shape.z()); z++) {
                    for (int c = 0; c < shape.channels(); c++) {
                        names.add(ChannelNames.of("block " + x + "," + y + "," + z, c, shape));
                    }
                }
            }
        }
        return names;
    }

    @Override
    public long count(VolumeShape shape) {
        return (long) blocks(shape.x()) * blocks(shape.y()) * blocks(shape.z()) * shape.channels();
    }

    private int blocks(int length) {
        return Math.min(length, edge);
    }

    @Override
    public double[] of(float[] volume, VolumeShape shape) {
        double[] sums = new double[(int) count(shape)];
        int[] counts = new int[sums.length];
        int at = 0;
        for (int x = 0; x < shape.x(); x++) {
            for (int y = 0; y < shape.y(); y++) {
                for (int z = 0; z < shape.z(); z++) {
                    int block = (block(x, shape.x()) * blocks(shape.y()) + block(y, shape.y())) * blocks(shape.z())
                            + block(z, shape.z());
                    for (int c = 0; c < shape.channels(); c++) {
                        sums[block * shape.channels() + c] += volume[at++];
                        counts[block * shape.channels() + c]++;
                    }
                }
            }
        }
        for (int i = 0; i < sums.length; i++) {
            sums[i] /= counts[i];
        }
        return sums;
    }

    /** Returns the block that contains a voxel: the largest i with ⌊i·n/g⌋ ≤ voxel. */
    private int block(int voxel, int length) {
        return (int) (((long) (voxel + 1) * blocks(length) - 1) / length);
    }
}
