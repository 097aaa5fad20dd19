package dev.voxgrad.medmnist.data;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Says what to do in NumPy with an array {@code a} whose shape is not that of volumes. */
final class ShapeAdvice {
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
        return ImageLayout.isCube(shape, 0)
                ? "If this is one volume, add the axis that counts volumes: a[numpy.newaxis]"
                : "These look like 2D images, or like one volume. Volumes have three axes of space: "
                        + "stack slices with numpy.stack(slices, axis=-1), or add the missing axis with "
                        + "a[numpy.newaxis]";
    }

    private static String ofFour(int[] shape, int[] squeezed) {
        if (shape.length > 5) {
            return "Take out the dimensions of length 1: a.reshape" + tuple(squeezed);
        }
        return ImageLayout.isCube(squeezed, 0)
                ? "If the last axis counts the volumes, put it first: numpy.moveaxis(a, -1, 0)"
                : "If these are 2D images in colour, they are no volumes, which have three axes of space. If they are "
                        + "volumes of one channel, say so with a fifth axis: a[..., numpy.newaxis]";
    }

    private static String ofFive(int[] shape) {
        if (ImageLayout.isCube(shape, 0)) {
            return "If the last two axes are channel and number of the volume, put these where they are expected: "
                    + "numpy.moveaxis(a, -1, 0)";
        }
        return "Keep at most " + VolumeShape.MOST_CHANNELS + " channels: a[..., :" + VolumeShape.MOST_CHANNELS
                + "], or a[:, :" + VolumeShape.MOST_CHANNELS + "] with channels first";
    }

    private static String tuple(int[] shape) {
        return Arrays.stream(shape).mapToObj(String::valueOf).collect(Collectors.joining(", ", "(", ")"));
    }
}
