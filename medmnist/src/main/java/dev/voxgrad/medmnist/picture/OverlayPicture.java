package dev.voxgrad.medmnist.picture;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import dev.voxgrad.medmnist.data.VolumeShape;

/**
 * Draws a volume and a map of one value per voxel, in three planes through one voxel: across X, Y and Z. The rows are
 * the volume, the map over the volume, and the map alone; two more rows show values below zero, if there are any.
 *
 * <p>Colours run from dark to light as values grow, so that the rows with the map alone, and the bar with its scale,
 * can be read in grey. In the rows where it is over the volume, the volume is dimmed, and a colour is the more opaque
 * the larger its value is.
 */
public final class OverlayPicture {
    private static final int COLOURS = 3;
    /** The approximate length of the longest axis in pixels. */
    private static final int TILE_PIXELS = 168;

    private static final int GAP = 4;
    private static final int PAGE = 96;
    private static final int TEXT = 255;
    private static final int LINE = PixelFont.HEIGHT + 5;
    private static final int BAR_WIDTH = 14;
    /** Letters to the right of the colour bar. */
    private static final int SCALE_LETTERS = 9;
    /** The lightness of the volume's largest value below a map. */
    private static final double DIMMED = 0.6;

    /** How opaque the colour of the largest value is. */
    private static final double OPAQUE = 0.85;

    private final VolumeShape shape;
    private final float[] grey;
    private final float[] map;
    private final double largest;
    private final int zoom;
    private final List<Plane> planes;
    private final List<Row> rows;
    private final Picture picture;

    /** Represents one row of planes. */
    private record Row(String caption, Plane.Paint paint) {}

    /**
     * Prepares a picture.
     *
     * @param volume (C,X,Y,Z) of that shape; channels are averaged to grey
     * @param map (X,Y,Z)
     * @param at the voxel that the planes contain: X, Y and Z
     */
    private OverlayPicture(float[] volume, VolumeShape shape, float[] map, int[] at, String name) {
        this.shape = shape;
        this.grey = grey(volume, shape);
        this.map = map;
        this.largest = largest(map);
        this.zoom = Math.max(1, TILE_PIXELS / shape.longest());
        this.planes = List.of(new Plane(shape, 0, at[0]), new Plane(shape, 1, at[1]), new Plane(shape, 2, at[2]));
        this.rows = rows(name);
        int width = GAP + BAR_WIDTH + GAP + SCALE_LETTERS * PixelFont.ADVANCE + GAP;
        for (Plane plane : planes) {
            width += plane.width() * zoom + GAP;
        }
        this.picture = new Picture(width, LINE + rows.size() * (rowHeight() + LINE + GAP), COLOURS, PAGE);
    }

    /**
     * Draws a map over a volume.
     *
     * @param volume (C,X,Y,Z) of that shape; channels are averaged to grey
     * @param map (X,Y,Z)
     * @param at the voxel that the planes contain: X, Y and Z
     * @param name of the map, for captions
     */
    public static Picture of(float[] volume, VolumeShape shape, float[] map, int[] at, String name) {
        OverlayPicture overlay = new OverlayPicture(volume, shape, map, at, name);
        overlay.draw();
        return overlay.picture;
    }

    private List<Row> rows(String name) {
        List<Row> all = new ArrayList<>();
        all.add(new Row("volume", (voxel, channel) -> Math.round(255 * grey[voxel])));
        boolean negative = false;
        for (float value : map) {
            negative |= value < 0;
        }
        addRows(all, name + (negative ? ", for the class" : ""), 1);
        if (negative) {
            addRows(all, name + ", against the class", -1);
        }
        return all;
    }

    private void addRows(List<Row> all, String caption, int sign) {
        all.add(new Row(caption + ", over the volume", (voxel, channel) -> {
            double share = share(voxel, sign);
            double opacity = OPAQUE * Math.sqrt(share);
            return (int)
                    Math.round((1 - opacity) * DIMMED * 255 * grey[voxel] + opacity * ColourMap.level(share, channel));
        }));
        all.add(new Row(caption, (voxel, channel) -> ColourMap.level(share(voxel, sign), channel)));
    }

    /** Returns the value of a voxel, if it has that sign, as a share of the largest. */
    private double share(int voxel, int sign) {
        return largest == 0 ? 0 : Math.max(sign * map[voxel] / largest, 0);
    }

    private int rowHeight() {
        return Math.max(shape.x(), shape.y()) * zoom;
    }

    private void draw() {
        int left = GAP;
        for (Plane plane : planes) {
            write(left, GAP, plane.caption());
            int top = LINE;
            for (Row row : rows) {
                plane.draw(picture, left, top + LINE, zoom, COLOURS, row.paint);
                top += rowHeight() + LINE + GAP;
            }
            left += plane.width() * zoom + GAP;
        }
        int top = LINE;
        for (Row row : rows) {
            write(GAP, top + GAP, row.caption);
            top += rowHeight() + LINE + GAP;
        }
        drawBar(left, 2 * LINE + rowHeight() + LINE + GAP, 2 * rowHeight() + LINE + GAP);
    }

    /** Draws the colours from the largest value at the top to 0 at the bottom. */
    private void drawBar(int left, int top, int height) {
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < BAR_WIDTH; x++) {
                for (int channel = 0; channel < COLOURS; channel++) {
                    picture.set(left + x, top + y, channel, ColourMap.level(1 - (double) y / (height - 1), channel));
                }
            }
        }
        int right = left + BAR_WIDTH + GAP;
        for (int tick = 0; tick <= 4; tick++) {
            int y = top + (height - 1) * tick / 4;
            write(right, Math.min(y, top + height - PixelFont.HEIGHT), scale(largest * (4 - tick) / 4));
        }
    }

    private static String scale(double value) {
        return value == 0 ? "0" : String.format(Locale.ROOT, value < 0.001 ? "%.1e" : "%.3g", value);
    }

    private void write(int left, int top, String text) {
        PixelFont.write(picture, left, top, text, COLOURS, TEXT);
    }

    /** Returns the mean of the channels, from 0 to 1. */
    private static float[] grey(float[] volume, VolumeShape shape) {
        float[] grey = new float[shape.voxels()];
        float least = Float.POSITIVE_INFINITY;
        float most = Float.NEGATIVE_INFINITY;
        for (int voxel = 0; voxel < grey.length; voxel++) {
            for (int channel = 0; channel < shape.channels(); channel++) {
                grey[voxel] += volume[channel * grey.length + voxel] / shape.channels();
            }
            least = Math.min(least, grey[voxel]);
            most = Math.max(most, grey[voxel]);
        }
        for (int voxel = 0; voxel < grey.length; voxel++) {
            grey[voxel] = most > least ? (grey[voxel] - least) / (most - least) : 0;
        }
        return grey;
    }

    private static double largest(float[] map) {
        double largest = 0;
        for (float value : map) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }
}
