package dev.voxgrad.medmnist.watch;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Shape;

/**
 * Describes the values of a tensor: statistics, a histogram and a picture of some of them.
 *
 * @param label what the tensor is: {@code gradient}
 * @param finite number of values that are neither NaN nor infinite; all other figures are of these
 * @param norm L2 norm
 * @param zeros number of values that are exactly zero
 * @param histogram counts in classes of equal width from {@code min} to {@code max}
 * @param picture null for a tensor of one value
 */
public record Values(
        String label,
        String shape,
        int count,
        int finite,
        double min,
        double max,
        double mean,
        double deviation,
        double sum,
        double norm,
        int zeros,
        int[] histogram,
        @Nullable Tiles picture) {
    private static final int CLASSES = 41;

    /**
     * Describes values.
     *
     * @param values in row-major order
     * @param plane which part of an activation's first axis the picture cuts, from 0 to 1
     */
    static Values of(String label, Shape shape, float[] values, double plane) {
        double min = Double.POSITIVE_INFINITY;
        double max = Double.NEGATIVE_INFINITY;
        double sum = 0;
        double squares = 0;
        int finite = 0;
        int zeros = 0;
        for (float value : values) {
            if (Float.isFinite(value)) {
                finite++;
                min = Math.min(min, value);
                max = Math.max(max, value);
                sum += value;
                squares += (double) value * value;
                zeros += value == 0 ? 1 : 0;
            }
        }
        double mean = finite == 0 ? 0 : sum / finite;
        double[] range = finite == 0 ? new double[2] : new double[] {min, max};
        return new Values(
                label,
                shape.toString(),
                values.length,
                finite,
                range[0],
                range[1],
                mean,
                deviation(values, mean, finite),
                sum,
                Math.sqrt(squares),
                zeros,
                histogram(values, range[0], range[1]),
                shape.elements() == 1 ? null : Tiles.of(shape, values, plane));
    }

    private static double deviation(float[] values, double mean, int finite) {
        double squares = 0;
        for (float value : values) {
            squares += Float.isFinite(value) ? (value - mean) * (value - mean) : 0;
        }
        return finite == 0 ? 0 : Math.sqrt(squares / finite);
    }

    private static int[] histogram(float[] values, double min, double max) {
        int[] counts = new int[CLASSES];
        double width = (max - min) / CLASSES;
        for (float value : values) {
            if (Float.isFinite(value)) {
                int at = width > 0 ? (int) ((value - min) / width) : CLASSES / 2;
                counts[Math.clamp(at, 0, CLASSES - 1)]++;
            }
        }
        return counts;
    }
}
