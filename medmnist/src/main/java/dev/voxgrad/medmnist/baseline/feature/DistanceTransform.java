package dev.voxgrad.medmnist.baseline.feature;

import dev.voxgrad.medmnist.data.VolumeShape;

/**
 * Computes the squared Euclidean distance of each voxel to the nearest voxel outside, exactly, one axis after the other
 * (Saito and Toriwaki, New algorithms for Euclidean distance transformation, Pattern Recognition 27, 1994): with
 * f₀ = 0 outside, and inside a bound that no distance exceeds, as the box ends on both sides of its shortest axis,
 *
 * <pre>f₊(q) = min over k of f(q + k) + k²</pre>
 *
 * <p>along X, Y and Z. Voxels beyond the box are outside. No k with k² ≥ f(q) can improve on f(q), so that the search is
 * short where the mask is thin.
 */
final class DistanceTransform {
    private DistanceTransform() {}

    /** Returns the squared distances in voxels, 0 outside, for the voxels of the mask's box, (X, Y, Z). */
    static int[] squared(Mask mask) {
        VolumeShape box = mask.box();
        int[] distances = new int[box.voxels()];
        int far = (box.shortest() / 2 + 1) * (box.shortest() / 2 + 1);
        mask.forEach((x, y, z) -> distances[(x * box.y() + y) * box.z() + z] = far);
        int stride = 1;
        for (int axis = 2; axis >= 0; axis--) {
            alongLines(distances, box.size(axis), stride);
            stride *= box.size(axis);
        }
        return distances;
    }

    private static void alongLines(int[] distances, int length, int stride) {
        int[] line = new int[length + 2];
        for (int first = 0; first < distances.length; first++) {
            if (first / stride % length != 0) {
                continue;
            }
            for (int i = 0; i < length; i++) {
                line[i + 1] = distances[first + i * stride];
            }
            for (int i = 0; i < length; i++) {
                distances[first + i * stride] = nearest(line, i + 1);
            }
        }
    }

    /** Returns f₊(q) for a line with one voxel outside at either end. */
    private static int nearest(int[] line, int q) {
        int best = line[q];
        for (int k = 1; k * k < best; k++) {
            if (q - k >= 0) {
                best = Math.min(best, line[q - k] + k * k);
            }
            if (q + k < line.length) {
                best = Math.min(best, line[q + k] + k * k);
            }
        }
        return best;
    }
}
