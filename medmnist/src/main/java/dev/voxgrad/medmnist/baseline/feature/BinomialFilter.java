package dev.voxgrad.medmnist.baseline.feature;

import dev.voxgrad.medmnist.data.VolumeShape;

/**
 * Smooths a channel, so that noise does not break its shapes into single voxels: along each axis, the voxels before, at
 * and after a place have the weights ¼, ½, ¼. The edge is continued by its own voxels.
 */
final class BinomialFilter {
    private BinomialFilter() {}

    /** Returns the smoothed values, (X, Y, Z); the channels of the shape are ignored. */
    static float[] smooth(float[] values, VolumeShape shape) {
        float[] smooth = values;
        int stride = 1;
        for (int axis = 2; axis >= 0; axis--) {
            smooth = along(smooth, shape.size(axis), stride);
            stride *= shape.size(axis);
        }
        return smooth;
    }

    private static float[] along(float[] values, int length, int stride) {
        float[] smooth = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            int at = i / stride % length;
            float before = values[at == 0 ? i : i - stride];
            float after = values[at == length - 1 ? i : i + stride];
            smooth[i] = (before + 2 * values[i] + after) / 4;
        }
        return smooth;
    }
}
