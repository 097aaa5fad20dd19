package dev.voxgrad.medmnist.picture;

import java.util.List;

import dev.voxgrad.medmnist.data.VolumeShape;

/**
 * Draws planes of volumes next to each other: a row for each volume, with three planes across X, at a quarter, half and
 * three quarters of the axis, then three across Y, then three across Z. In a plane, the first of the two remaining axes
 * runs downwards and the other one to the right.
 *
 * <p>In each row the smallest value of the volume is black and the largest white; three channels are red, green and
 * blue. No text is drawn, since many servers have no fonts.
 */
public final class SliceMontage {
    private static final int PLANES = 3;
    /** The approximate edge of a tile in pixels; voxels are enlarged by a whole factor to reach it. */
    private static final int TILE_PIXELS = 112;

    private static final int GAP = 2;
    private static final int WIDE_GAP = 8;
    private static final int GAP_GREY = 96;

    private final VolumeShape shape;
    private final int zoom;
    private final int tile;
    private final Picture picture;

    private SliceMontage(VolumeShape shape, int rows) {
        this.shape = shape;
        this.zoom = Math.max(1, TILE_PIXELS / shape.edge());
        this.tile = shape.edge() * zoom;
        int width = 3 * PLANES * tile + (3 * PLANES - 1) * GAP + 2 * (WIDE_GAP - GAP);
        this.picture = new Picture(width, rows * tile + (rows - 1) * GAP, shape.channels(), GAP_GREY);
    }

    /**
     * Draws the volumes.
     *
     * @param volumes each (C,X,Y,Z) of that shape
     */
    public static Picture of(List<float[]> volumes, VolumeShape shape) {
        SliceMontage montage = new SliceMontage(shape, volumes.size());
        for (int row = 0; row < volumes.size(); row++) {
            montage.draw(volumes.get(row), row * (montage.tile + GAP));
        }
        return montage.picture;
    }

    private void draw(float[] volume, int top) {
        float least = Float.POSITIVE_INFINITY;
        float largest = Float.NEGATIVE_INFINITY;
        for (float value : volume) {
            least = Math.min(least, value);
            largest = Math.max(largest, value);
        }
        float range = largest > least ? largest - least : 1;
        int left = 0;
        for (int axis = 0; axis < 3; axis++) {
            for (int plane = 1; plane <= PLANES; plane++) {
                drawPlane(volume, axis, shape.edge() * plane / (PLANES + 1), least, range, left, top);
                left += tile + GAP;
            }
            left += WIDE_GAP - GAP;
        }
    }

    private void drawPlane(float[] volume, int axis, int plane, float least, float range, int left, int top) {
        int n = shape.edge();
        int[] strides = {n * n, n, 1};
        int down = strides[axis == 0 ? 1 : 0];
        int right = strides[axis == 2 ? 1 : 2];
        for (int channel = 0; channel < shape.channels(); channel++) {
            int start = channel * n * n * n + plane * strides[axis];
            for (int y = 0; y < tile; y++) {
                for (int x = 0; x < tile; x++) {
                    float value = volume[start + y / zoom * down + x / zoom * right];
                    picture.set(left + x, top + y, channel, Math.round(255 * (value - least) / range));
                }
            }
        }
    }
}
