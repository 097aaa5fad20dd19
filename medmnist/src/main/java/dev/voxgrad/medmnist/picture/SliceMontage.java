package dev.voxgrad.medmnist.picture;

import java.util.List;

import dev.voxgrad.medmnist.data.VolumeShape;

/**
 * Draws planes of volumes next to each other: a row for each volume, with three planes across X, at a quarter, half and
 * three quarters of the axis, then three across Y, then three across Z. In a plane, the first of the two remaining axes
 * runs downwards and the other one to the right.
 *
 * <p>In each row the smallest value of the volume is black and the largest white; three channels are red, green and
 * blue. Any other number of channels has a grey row for each channel, with black and white of its own. No text is
 * drawn, since many servers have no fonts.
 */
public final class SliceMontage {
    private static final int PLANES = 3;
    /**
     * The approximate length of a volume's longest axis in pixels; voxels are enlarged by a whole factor to reach it.
     */
    private static final int TILE_PIXELS = 112;

    private static final int GAP = 2;
    private static final int WIDE_GAP = 8;
    private static final int GAP_GREY = 96;

    private final VolumeShape shape;
    /** Number of channels drawn in one row: 1, or 3 as colours. */
    private final int colours;

    private final int zoom;
    private final Picture picture;

    private SliceMontage(VolumeShape shape, int volumes) {
        this.shape = shape;
        this.colours = shape.channels() == 3 ? 3 : 1;
        this.zoom = Math.max(1, TILE_PIXELS / shape.longest());
        int width = (3 * PLANES - 1) * GAP + 2 * (WIDE_GAP - GAP);
        for (int axis = 0; axis < 3; axis++) {
            width += PLANES * shape.size(right(axis)) * zoom;
        }
        int rows = volumes * rowsPerVolume();
        this.picture = new Picture(width, rows * rowHeight() + (rows - 1) * GAP, colours, GAP_GREY);
    }

    /**
     * Draws the volumes.
     *
     * @param volumes each (C,X,Y,Z) of that shape
     */
    public static Picture of(List<float[]> volumes, VolumeShape shape) {
        SliceMontage montage = new SliceMontage(shape, volumes.size());
        int top = 0;
        for (float[] volume : volumes) {
            for (int row = 0; row < montage.rowsPerVolume(); row++) {
                montage.draw(volume, row * montage.colours, top);
                top += montage.rowHeight() + GAP;
            }
        }
        return montage.picture;
    }

    private int rowsPerVolume() {
        return shape.channels() / colours;
    }

    private int rowHeight() {
        return Math.max(shape.x(), shape.y()) * zoom;
    }

    /** Returns the axis that runs downwards in a plane across {@code axis}. */
    private static int down(int axis) {
        return axis == 0 ? 1 : 0;
    }

    /** Returns the axis that runs to the right in a plane across {@code axis}. */
    private static int right(int axis) {
        return axis == 2 ? 1 : 2;
    }

    /** Draws the channels from {@code first} on, as many as there are colours. */
    private void draw(float[] volume, int first, int top) {
        float least = Float.POSITIVE_INFINITY;
        float largest = Float.NEGATIVE_INFINITY;
        for (int i = first * shape.voxels(); i < (first + colours) * shape.voxels(); i++) {
            least = Math.min(least, volume[i]);
            largest = Math.max(largest, volume[i]);
        }
        float range = largest > least ? largest - least : 1;
        int left = 0;
        for (int axis = 0; axis < 3; axis++) {
            for (int plane = 1; plane <= PLANES; plane++) {
                int at = shape.size(axis) * plane / (PLANES + 1);
                for (int colour = 0; colour < colours; colour++) {
                    drawPlane(volume, first + colour, axis, at, least, range, left, top);
                }
                left += shape.size(right(axis)) * zoom + GAP;
            }
            left += WIDE_GAP - GAP;
        }
    }

    private void drawPlane(
            float[] volume, int channel, int axis, int plane, float least, float range, int left, int top) {
        int[] strides = {shape.y() * shape.z(), shape.z(), 1};
        int down = down(axis);
        int right = right(axis);
        int start = channel * shape.voxels() + plane * strides[axis];
        for (int y = 0; y < shape.size(down) * zoom; y++) {
            for (int x = 0; x < shape.size(right) * zoom; x++) {
                float value = volume[start + y / zoom * strides[down] + x / zoom * strides[right]];
                picture.set(left + x, top + y, channel % colours, Math.round(255 * (value - least) / range));
            }
        }
    }
}
