package dev.voxgrad.medmnist.watch;

import java.util.Base64;

import dev.voxgrad.engine.Shape;

/**
 * Holds some planes of a tensor as grey levels of one byte.
 *
 * @param width pixels of a tile
 * @param height pixels of a tile
 * @param count number of tiles
 * @param min the value of level 0
 * @param max the value of level 255
 * @param words what the tiles show
 * @param levels the pixels of all tiles, row by row, in base 64
 */
public record Tiles(int width, int height, int count, double min, double max, String words, String levels) {
    private static final int MOST_TILES = 8;
    private static final int MOST_KERNELS = 32;
    /** Longer edges are sampled, so that a page stays small. */
    private static final int LONGEST = 32;

    private static final int LEVELS = 255;

    /** Reads the value at a row and a column of a tile. */
    private interface Plane {
        float at(int tile, int row, int column);
    }

    static Tiles of(Shape shape, float[] values, double plane) {
        return switch (shape.rank()) {
            case 5 ->
                shape.dim(2) <= 3 && shape.dim(3) <= 3 ? kernels(shape, values) : activation(shape, values, plane);
            case 2 ->
                draw(
                        shape.dim(1),
                        shape.dim(0),
                        1,
                        "all values, one row for each index of axis 0",
                        (_, r, c) -> values[r * shape.dim(1) + c]);
            default -> draw(values.length, 1, 1, "all values", (_, _, c) -> values[c]);
        };
    }

    /** Shows the first volume's first channels, cut across axis 2; of volumes of one channel, the first volumes. */
    private static Tiles activation(Shape shape, float[] values, double plane) {
        int depth = shape.dim(2);
        int height = shape.dim(3);
        int width = shape.dim(4);
        int cut = Math.min((int) (plane * depth), depth - 1);
        if (shape.dim(1) == 1) {
            int volumes = Math.min(shape.dim(0), MOST_TILES);
            String words = "volumes 0 to " + (volumes - 1) + ", plane " + cut + " of " + depth;
            return draw(
                    width,
                    height,
                    volumes,
                    words,
                    (volume, row, column) -> values[((volume * depth + cut) * height + row) * width + column]);
        }
        int channels = Math.min(shape.dim(1), MOST_TILES);
        String words = "volume 0, plane " + cut + " of " + depth + ", " + "channels 0 to " + (channels - 1) + " of "
                + shape.dim(1);
        return draw(
                width,
                height,
                channels,
                words,
                (channel, row, column) -> values[((channel * depth + cut) * height + row) * width + column]);
    }

    /** Shows the middle planes of small kernels: those of the first input channel, for the first output channels. */
    private static Tiles kernels(Shape shape, float[] values) {
        int[] sizes = {shape.dim(1), shape.dim(2), shape.dim(3), shape.dim(4)};
        int count = Math.min(shape.dim(0), MOST_KERNELS);
        int middle = sizes[1] / 2;
        String words = "middle planes of the kernels from input channel 0 to output channels 0 to " + (count - 1);
        return draw(
                sizes[3],
                sizes[2],
                count,
                words,
                (o, row, column) -> values[((o * sizes[0] * sizes[1] + middle) * sizes[2] + row) * sizes[3] + column]);
    }

    private static Tiles draw(int fullWidth, int fullHeight, int count, String words, Plane plane) {
        int width = Math.min(fullWidth, fullHeight == 1 ? 4 * LONGEST : LONGEST);
        int height = Math.min(fullHeight, LONGEST);
        float[] pixels = new float[width * height * count];
        double min = Double.POSITIVE_INFINITY;
        double max = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < pixels.length; i++) {
            int tile = i / (width * height);
            int row = i / width % height * fullHeight / height;
            pixels[i] = plane.at(tile, row, i % width * fullWidth / width);
            if (Float.isFinite(pixels[i])) {
                min = Math.min(min, pixels[i]);
                max = Math.max(max, pixels[i]);
            }
        }
        double low = min <= max ? min : 0;
        double scale = max > min ? LEVELS / (max - min) : 0;
        byte[] levels = new byte[pixels.length];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = (byte) Math.round(Float.isFinite(pixels[i]) ? (pixels[i] - low) * scale : 0);
        }
        return new Tiles(
                width,
                height,
                count,
                low,
                min <= max ? max : 0,
                words,
                Base64.getEncoder().encodeToString(levels));
    }
}
