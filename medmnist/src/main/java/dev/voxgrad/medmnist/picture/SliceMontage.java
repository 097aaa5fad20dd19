package dev.voxgrad.medmnist.picture;

import java.util.List;

import dev.voxgrad.medmnist.data.VolumeShape;

/**
 * Draws planes of volumes next to each other: a row for each volume, with three planes across X, then three across Y,
 * then three across Z, each with its axis and position as caption. They cut through what the volume shows:
 * {@link ContentPlanes} chooses them for each volume. In a plane, the first of the two remaining axes runs
 * downwards and the other one to the right.
 *
 * <p>In each row the smallest value of the volume is black and the largest white; three channels are red, green and
 * blue. Any other number of channels has a grey row for each channel, with black and white of its own.
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

    private static final int CAPTION_LEVEL = 255;
    /** Pixels of a line of captions, with the gap below it. */
    private static final int LINE = PixelFont.HEIGHT + 3;

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
            width += PLANES * new Plane(shape, axis, 0).width() * zoom;
        }
        int rows = volumes * rowsPerVolume();
        this.picture = new Picture(width, rows * rowHeight() + (rows - 1) * GAP, colours, GAP_GREY);
    }

    /**
     * Draws the volumes.
     *
     * @param volumes each (C,X,Y,Z) of that shape
     * @param names a caption for each
     */
    public static Picture of(List<float[]> volumes, List<String> names, VolumeShape shape) {
        SliceMontage montage = new SliceMontage(shape, volumes.size());
        int top = 0;
        for (int volume = 0; volume < volumes.size(); volume++) {
            ContentPlanes planes = new ContentPlanes(volumes.get(volume), shape);
            for (int row = 0; row < montage.rowsPerVolume(); row++) {
                String name = names.get(volume) + (montage.rowsPerVolume() == 1 ? "" : ", channel " + row);
                montage.draw(volumes.get(volume), row * montage.colours, planes, name, top);
                top += montage.rowHeight() + GAP;
            }
        }
        return montage.picture;
    }

    private int rowsPerVolume() {
        return shape.channels() / colours;
    }

    private int rowHeight() {
        return 2 * LINE + Math.max(shape.x(), shape.y()) * zoom;
    }

    /** Draws the channels from {@code first} on, as many as there are colours. */
    private void draw(float[] volume, int first, ContentPlanes planes, String name, int top) {
        float least = Float.POSITIVE_INFINITY;
        float largest = Float.NEGATIVE_INFINITY;
        for (int i = first * shape.voxels(); i < (first + colours) * shape.voxels(); i++) {
            least = Math.min(least, volume[i]);
            largest = Math.max(largest, volume[i]);
        }
        float black = least;
        float range = largest > least ? largest - least : 1;
        PixelFont.write(picture, GAP, top + 1, name, colours, CAPTION_LEVEL);
        int left = 0;
        for (int axis = 0; axis < 3; axis++) {
            for (int at : planes.across(axis, PLANES)) {
                Plane plane = new Plane(shape, axis, at);
                PixelFont.write(picture, left + GAP, top + LINE + 1, plane.caption(), colours, CAPTION_LEVEL);
                plane.draw(picture, left, top + 2 * LINE, zoom, colours, (voxel, colour) -> {
                    float value = volume[(first + colour) * shape.voxels() + voxel];
                    return Math.round(255 * (value - black) / range);
                });
                left += plane.width() * zoom + GAP;
            }
            left += WIDE_GAP - GAP;
        }
    }
}
