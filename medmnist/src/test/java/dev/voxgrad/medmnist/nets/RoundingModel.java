package dev.voxgrad.medmnist.nets;

import java.util.Arrays;

import dev.voxgrad.engine.device.ConvolutionMode;

/**
 * Estimates the rounding errors of convolution in float32: root mean square of the error by that of the result, for
 * independent terms and rounding errors.
 *
 * <p>Each addition to a sum of k terms of size 1 is off by up to u·√k, evenly distributed, with u = 2⁻²⁴: its square is
 * u²·k/3 on average. Over n additions that is u²·n²/6, by a sum whose square is n:
 *
 * <pre>
 * direct      u·√(n/6)       n = 27·C products of a voxel, or N·D·H·W of a weight's gradient
 * Winograd    u·√(n/6)·α³    n = C products of a position, or N·tiles, and those of the transforms
 * </pre>
 *
 * <p>Winograd's transforms enlarge errors by α along each axis. With M = (G g) ⊙ (Bᵀ d) and y = Aᵀ M, position j of M
 * has the variance ‖Gⱼ‖²·‖Bⱼ‖², whose error reaches output i with the factor Aⱼᵢ, while an output is the sum of three
 * products. So α² = Σⱼ Aⱼᵢ²·‖Gⱼ‖²·‖Bⱼ‖²/3, on average over i. For gradients of weights, Gᵀ[(A dy) ⊙ (Bᵀ d)], A and G
 * exchange their places, and 3 and m; α is the same. Factors of the rows, such as powers of two, cancel.
 *
 * @param tile the edge m of Winograd's tiles, the largest that the mode may take; 0 for direct convolution
 */
record RoundingModel(int tile) {
    private static final double UNIT = 0x1p-24;
    private static final int TAPS = 3;
    /** The most roundings of the transforms of three axes. */
    private static final int TRANSFORMS = 30;

    private static final double[] POINTS_OF_2 = {0, 1, -1};
    private static final double[] POINTS_OF_4 = {0, 0.75, -0.75, 1.5, -1.5};

    static RoundingModel of(ConvolutionMode mode) {
        return new RoundingModel(
                switch (mode.flag()) {
                    case "direct" -> 0;
                    case "winograd", "winograd2" -> 2;
                    default -> 4;
                });
    }

    /** Returns the relative error of sums over that many channels: results, and gradients of inputs. */
    double overChannels(int channels) {
        return tile == 0 ? direct(TAPS * TAPS * TAPS * channels) : winograd(channels);
    }

    /** Returns the relative error of sums over that many voxels, gradients of weights; some of them may be direct. */
    double overVoxels(int voxels) {
        return tile == 0 ? direct(voxels) : Math.max(direct(voxels), winograd(voxels / (tile * tile * tile)));
    }

    private static double direct(int products) {
        return UNIT * Math.sqrt(products / 6.0);
    }

    private double winograd(int products) {
        return direct(products + TRANSFORMS) * Math.pow(amplification(tile), 3);
    }

    /** Returns α for tiles of m outputs. */
    static double amplification(int m) {
        double[] points = m == 2 ? POINTS_OF_2 : POINTS_OF_4;
        double sum = 0;
        for (int j = 0; j < points.length; j++) {
            double product = 1;
            for (int k = 0; k < points.length; k++) {
                product *= k == j ? 1 : points[j] - points[k];
            }
            double g = squares(powers(points[j], TAPS)) / (product * product);
            sum += squares(powers(points[j], m)) * g * squares(polynomial(points, j));
        }
        // The point at infinity takes the last weight, and reaches the last output only.
        sum += squares(polynomial(points, -1));
        return Math.sqrt(sum / (TAPS * m));
    }

    private static double[] powers(double x, int count) {
        double[] powers = new double[count];
        Arrays.setAll(powers, i -> Math.pow(x, i));
        return powers;
    }

    /** Returns the coefficients of the product of (x − p) over all points but one. */
    private static double[] polynomial(double[] points, int without) {
        double[] product = {1};
        for (int k = 0; k < points.length; k++) {
            if (k != without) {
                double[] next = new double[product.length + 1];
                for (int i = 0; i < product.length; i++) {
                    next[i + 1] += product[i];
                    next[i] -= points[k] * product[i];
                }
                product = next;
            }
        }
        return product;
    }

    private static double squares(double[] values) {
        return Arrays.stream(values).map(value -> value * value).sum();
    }
}
