package dev.voxgrad.medmnist.importing;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * Brings a scan to the wanted size, axis by axis, along its own axes (an oblique scan is not rotated). All axes get
 * the same distance t between voxels, so that proportions are kept. Without a wanted distance, the whole field of view
 * fits: {@code t = max over the axes of n · s / m}, for n voxels at distance s that become m. What is outside the
 * field of view is padded; what does not fit, with a wanted distance, is cut off on both sides equally. Along an axis
 * on which the scan is thinner than t, so that it may be between two new voxels, the middle one, m/2, shows it all the
 * same. The formula is that of {@link AxisWeights}.
 */
final class Resampling {
    private final int[] shape;
    private final AxisWeights[] axes = new AxisWeights[3];
    private final double distance;

    /**
     * Plans the steps.
     *
     * @param scan of which shape and spacing are used
     * @param size wanted lengths X, Y, Z
     * @param wanted distance between new voxels, in millimetres; null to fit the whole field of view
     */
    Resampling(Scan scan, int[] size, @Nullable Double wanted, boolean nearest) {
        shape = scan.shape();
        double fitting = 0;
        for (int axis = 0; axis < 3; axis++) {
            fitting = Math.max(fitting, shape[axis] * scan.spacing()[axis] / size[axis]);
        }
        distance = wanted == null ? fitting : wanted;
        for (int axis = 0; axis < 3; axis++) {
            axes[axis] = AxisWeights.of(shape[axis], scan.spacing()[axis], size[axis], distance, nearest);
        }
    }

    /** Returns the distance between new voxels, in millimetres. */
    double distance() {
        return distance;
    }

    /** Returns the scan's coordinates, in voxels, of the first and last new voxel along each axis. */
    double[][] field() {
        return Arrays.stream(axes).map(AxisWeights::ends).toArray(double[][]::new);
    }

    /**
     * Computes the new values.
     *
     * @param values (X, Y, Z) of the scan
     * @param padding the value outside the field of view
     * @return (X, Y, Z) of the wanted size
     */
    float[] apply(float[] values, float padding) {
        int[] now = shape.clone();
        float[] inside = values;
        for (int axis = 0; axis < 3; axis++) {
            int outer = axis == 0 ? 1 : axis == 1 ? now[0] : now[0] * now[1];
            int inner = axis == 0 ? now[1] * now[2] : axis == 1 ? now[2] : 1;
            inside = axes[axis].apply(inside, outer, now[axis], inner);
            now[axis] = axes[axis].inside();
        }
        return padded(inside, now, padding);
    }

    private float[] padded(float[] inside, int[] lengths, float padding) {
        float[] all = new float[axes[0].size() * axes[1].size() * axes[2].size()];
        if (all.length == inside.length) {
            return inside;
        }
        Arrays.fill(all, padding);
        for (int x = 0; x < lengths[0]; x++) {
            for (int y = 0; y < lengths[1]; y++) {
                int row = (axes[0].start() + x) * axes[1].size() + axes[1].start() + y;
                System.arraycopy(
                        inside,
                        (x * lengths[1] + y) * lengths[2],
                        all,
                        row * axes[2].size() + axes[2].start(),
                        lengths[2]);
            }
        }
        return all;
    }
}
