package dev.voxgrad.medmnist.data;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Says what to do in NumPy with an array {@code a} whose shape is not that of cubic volumes. */
final class ShapeAdvice {
    /** More channels than anyone has; an axis of more is one of space. */
    private static final int MOST_CHANNELS = 8;

    /** Red, green, blue and opacity. */
    private static final int MOST_COLOURS = 4;

    private ShapeAdvice() {}

    /** Returns one or two sentences about a shape that {@link ImageLayout} does not read. */
    static String of(int[] shape) {
        int[] squeezed = withoutOnes(shape);
        return switch (squeezed.length) {
            case 0, 1 -> "Stack the volumes to one array: numpy.stack(list_of_volumes)";
            case 2 -> ofTwo(squeezed);
            case 3 -> ofThree(squeezed);
            case 4 -> ofFour(shape, squeezed);
            case 5 -> ofFive(squeezed);
            default ->
                "It has " + squeezed.length + " dimensions of more than one element. Keep the number of the "
                        + "volume and three of space, and at most one of channels";
        };
    }

    /** Dimensions of length 1 mean nothing, but for the first, which may count a single volume. */
    private static int[] withoutOnes(int[] shape) {
        return IntStream.range(0, shape.length)
                .filter(d -> d == 0 || shape[d] != 1)
                .map(d -> shape[d])
                .toArray();
    }

    private static String ofTwo(int[] shape) {
        for (int channels : new int[] {1, 3}) {
            int edge = (int) Math.round(Math.cbrt(shape[1] / (double) channels));
            if ((long) edge * edge * edge * channels == shape[1] && edge > 1) {
                return "If each row is a volume, give it its axes back: a.reshape(-1, " + edge + ", " + edge + ", "
                        + edge
                        + (channels == 1
                                ? ")"
                                : ", 3), or a.reshape(-1, 3, " + edge + ", " + edge + ", " + edge
                                        + ") with channels first");
            }
        }
        return "Stack the volumes to one array: numpy.stack(list_of_volumes)";
    }

    private static String ofThree(int[] shape) {
        return shape[0] == shape[1] && shape[1] == shape[2]
                ? "If this is one volume, add the axis that counts volumes: a[numpy.newaxis]"
                : "These look like 2D images, or like one volume that is no cube. Volumes have three axes of space: "
                        + "stack slices with numpy.stack(slices, axis=-1), or add the missing axis with a[numpy.newaxis], and "
                        + "pad, crop or resample each volume to a cube";
    }

    private static String ofFour(int[] shape, int[] squeezed) {
        if (isCube(squeezed, 1)) {
            return "Take out the dimensions of length 1: a.reshape" + tuple(squeezed);
        }
        if (isCube(squeezed, 0)) {
            return "If the last axis counts the volumes, put it first: numpy.moveaxis(a, -1, 0)";
        }
        boolean pictures = squeezed[3] <= MOST_COLOURS && squeezed[1] == squeezed[2]
                || squeezed[1] <= MOST_COLOURS && squeezed[2] == squeezed[3];
        return (pictures
                        ? "If these are 2D images in colour, they are no volumes, which have three axes of space. "
                        : "")
                + cubes(squeezed, 1)
                + (shape.length > 4 ? ", after a = a.reshape" + tuple(squeezed) : "");
    }

    private static String ofFive(int[] shape) {
        boolean first = !isCube(shape, 1) && (isCube(shape, 2) || shape[1] < Math.min(shape[4], MOST_CHANNELS + 1));
        if (isCube(shape, first ? 2 : 1)) {
            int channels = first ? shape[1] : shape[4];
            String move = first ? "Put the channels last, a = numpy.moveaxis(a, 1, -1), then " : "";
            String choose = channels == 2
                    ? "keep one of the two channels, a[..., 0], or pad them to three: "
                            + "numpy.pad(a, ((0, 0), (0, 0), (0, 0), (0, 0), (0, 1)))"
                    : "crop the " + channels + " channels to three, a[..., :3], or to one, a[..., 0]";
            return move.isEmpty() ? Character.toUpperCase(choose.charAt(0)) + choose.substring(1) : move + choose;
        }
        if (isCube(shape, 0)) {
            return "If the last two axes are channel and number of the volume, put these where they are expected: "
                    + "numpy.moveaxis(a, -1, 0)";
        }
        return cubes(shape, first ? 2 : 1);
    }

    private static boolean isCube(int[] shape, int from) {
        return shape[from] == shape[from + 1] && shape[from] == shape[from + 2];
    }

    /** Returns whether three axes from {@code from} on have different lengths. */
    private static String cubes(int[] shape, int from) {
        int edge = Arrays.stream(shape, from, from + 3).max().orElseThrow();
        int least = Arrays.stream(shape, from, from + 3).min().orElseThrow();
        String pad = IntStream.range(0, shape.length)
                .mapToObj(d -> {
                    int missing = d >= from && d < from + 3 ? edge - shape[d] : 0;
                    return "(" + missing / 2 + ", " + (missing - missing / 2) + ")";
                })
                .collect(Collectors.joining(", "));
        String zoom = IntStream.range(0, shape.length)
                .mapToObj(d -> d >= from && d < from + 3 && shape[d] != edge ? edge + "/" + shape[d] : "1")
                .collect(Collectors.joining(", "));
        String crop = IntStream.range(0, shape.length)
                .mapToObj(d -> {
                    int surplus = d >= from && d < from + 3 ? (shape[d] - least) / 2 : 0;
                    return d < from || d >= from + 3 || shape[d] == least ? ":" : surplus + ":" + (surplus + least);
                })
                .collect(Collectors.joining(", "));
        return "Volumes must be cubes: pad them, numpy.pad(a, (" + pad + ")), crop them, a[" + crop
                + "], or resample them, scipy.ndimage.zoom(a, (" + zoom + "), order=1)";
    }

    private static String tuple(int[] shape) {
        return Arrays.stream(shape).mapToObj(String::valueOf).collect(Collectors.joining(", ", "(", ")"));
    }
}
