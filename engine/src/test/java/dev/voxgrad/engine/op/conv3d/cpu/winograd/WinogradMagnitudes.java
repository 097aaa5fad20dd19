package dev.voxgrad.engine.op.conv3d.cpu.winograd;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;

/**
 * Computes what {@link Winograd} would compute if no two values ever cancelled: its sums of products with the absolute
 * values of all operands and of all entries of G, Bᵀ and A.
 *
 * <pre>
 * forward and input gradient   |A|ᵀ [ (|G| |g|) ⊙ (|B|ᵀ |d|) ]
 * weight gradient              |G|ᵀ [ (|A| |dy|) ⊙ (|B|ᵀ |d|) ]
 * </pre>
 *
 * <p>Multiplied by γ of the number of roundings on the longest path through the algorithm, this bounds the error of
 * every single element, including the transforms' amplification. The code is plain loops in double.
 */
public record WinogradMagnitudes(Conv3dGeometry g) {
    private static final double[][] INPUT = {{1, 0, 1, 0}, {0, 1, 1, 0}, {0, 1, 1, 0}, {0, 1, 0, 1}};
    private static final double[][] WEIGHT = {{1, 0, 0}, {0.5, 0.5, 0.5}, {0.5, 0.5, 0.5}, {0, 0, 1}};
    private static final double[][] OUTPUT = {{1, 1, 1, 0}, {0, 1, 1, 1}};

    /** Computes the forward pass for non-negative x (N,C,D,H,W) and w (O,C,3,3,3), without the bias. */
    public double[] forward(double[] x, double[] w) {
        return correlate(g.inputChannels(), g.input(), g.outputChannels(), g.output(), g.padding(), x, w);
    }

    /** Computes the input gradient for non-negative dy and w: the correlation of dy with the reversed weights. */
    public double[] gradInput(double[] dy, double[] w) {
        int outputs = g.outputChannels();
        int inputs = g.inputChannels();
        double[] reversed = new double[w.length];
        for (int i = 0; i < w.length; i++) {
            int o = i / 27 / inputs;
            int c = i / 27 % inputs;
            reversed[(c * outputs + o) * 27 + 26 - i % 27] = w[i];
        }
        Dims3 p = g.padding();
        return correlate(
                outputs, g.output(), inputs, g.input(), new Dims3(2 - p.d(), 2 - p.h(), 2 - p.w()), dy, reversed);
    }

    private double[] correlate(
            int inputs, Dims3 input, int outputs, Dims3 output, Dims3 padding, double[] x, double[] w) {
        double[][] u = new double[outputs * inputs][];
        for (int i = 0; i < u.length; i++) {
            u[i] = transform(WEIGHT, cube(w, i * 27, Dims3.cube(3), 0, 0, 0, 3));
        }
        double[] y = new double[g.batch() * outputs * output.product()];
        for (int n = 0; n < g.batch(); n++) {
            for (int tile = 0; tile < tiles(output); tile++) {
                double[][] v = inputTiles(x, n, inputs, input, output, padding, tile);
                for (int o = 0; o < outputs; o++) {
                    double[] m = new double[64];
                    for (int c = 0; c < inputs; c++) {
                        addProducts(u[o * inputs + c], v[c], m);
                    }
                    store(transform(OUTPUT, m), y, (n * outputs + o) * output.product(), output, tile);
                }
            }
        }
        return y;
    }

    /** Computes the weight gradient for non-negative x and dy. */
    public double[] gradWeight(double[] x, double[] dy) {
        int inputs = g.inputChannels();
        int outputs = g.outputChannels();
        double[][] sums = new double[outputs * inputs][64];
        for (int n = 0; n < g.batch(); n++) {
            for (int tile = 0; tile < tiles(g.output()); tile++) {
                double[][] v = inputTiles(x, n, inputs, g.input(), g.output(), g.padding(), tile);
                for (int o = 0; o < outputs; o++) {
                    int from = (n * outputs + o) * g.output().product();
                    double[] m = transform(
                            transpose(OUTPUT),
                            cube(
                                    dy,
                                    from,
                                    g.output(),
                                    2 * tileD(g.output(), tile),
                                    2 * tileH(g.output(), tile),
                                    2 * tileW(g.output(), tile),
                                    2));
                    for (int c = 0; c < inputs; c++) {
                        addProducts(m, v[c], sums[o * inputs + c]);
                    }
                }
            }
        }
        double[] dw = new double[sums.length * 27];
        for (int i = 0; i < sums.length; i++) {
            System.arraycopy(transform(transpose(WEIGHT), sums[i]), 0, dw, i * 27, 27);
        }
        return dw;
    }

    /** Returns the number of tiles of 2×2×2 outputs in one sample. */
    public static int tiles(Dims3 output) {
        return Math.ceilDiv(output.d(), 2) * Math.ceilDiv(output.h(), 2) * Math.ceilDiv(output.w(), 2);
    }

    private static int tileD(Dims3 output, int tile) {
        return tile / (Math.ceilDiv(output.w(), 2) * Math.ceilDiv(output.h(), 2));
    }

    private static int tileH(Dims3 output, int tile) {
        return tile / Math.ceilDiv(output.w(), 2) % Math.ceilDiv(output.h(), 2);
    }

    private static int tileW(Dims3 output, int tile) {
        return tile % Math.ceilDiv(output.w(), 2);
    }

    /** Returns |B|ᵀ|d| of every channel of one tile. */
    private static double[][] inputTiles(
            double[] x, int sample, int channels, Dims3 input, Dims3 output, Dims3 padding, int tile) {
        double[][] v = new double[channels][];
        for (int c = 0; c < channels; c++) {
            v[c] = transform(
                    INPUT,
                    cube(
                            x,
                            (sample * channels + c) * input.product(),
                            input,
                            2 * tileD(output, tile) - padding.d(),
                            2 * tileH(output, tile) - padding.h(),
                            2 * tileW(output, tile) - padding.w(),
                            4));
        }
        return v;
    }

    /** Returns the cube of that edge whose first voxel is (z, y, x) of a volume; it is zero outside of the volume. */
    private static double[] cube(double[] volumes, int from, Dims3 size, int z, int y, int x, int edge) {
        double[] cube = new double[edge * edge * edge];
        for (int i = 0; i < cube.length; i++) {
            int d = z + i / (edge * edge);
            int h = y + i / edge % edge;
            int w = x + i % edge;
            if (d >= 0 && d < size.d() && h >= 0 && h < size.h() && w >= 0 && w < size.w()) {
                cube[i] = volumes[from + (d * size.h() + h) * size.w() + w];
            }
        }
        return cube;
    }

    /** Writes the outputs of a tile's 2×2×2 that exist. */
    private static void store(double[] tileOutputs, double[] y, int to, Dims3 output, int tile) {
        for (int q = 0; q < 8; q++) {
            int d = 2 * tileD(output, tile) + q / 4;
            int h = 2 * tileH(output, tile) + q / 2 % 2;
            int w = 2 * tileW(output, tile) + q % 2;
            if (d < output.d() && h < output.h() && w < output.w()) {
                y[to + (d * output.h() + h) * output.w() + w] = tileOutputs[q];
            }
        }
    }

    /** Applies the matrix along every axis of a cube: each pass takes the last axis and puts it first. */
    private static double[] transform(double[][] matrix, double[] cube) {
        int columns = matrix[0].length;
        double[] from = cube;
        for (int axis = 0; axis < 3; axis++) {
            int lines = from.length / columns;
            double[] to = new double[matrix.length * lines];
            for (int row = 0; row < matrix.length; row++) {
                for (int line = 0; line < lines; line++) {
                    for (int i = 0; i < columns; i++) {
                        to[row * lines + line] += matrix[row][i] * from[line * columns + i];
                    }
                }
            }
            from = to;
        }
        return from;
    }

    private static double[][] transpose(double[][] matrix) {
        double[][] transposed = new double[matrix[0].length][matrix.length];
        for (int row = 0; row < matrix.length; row++) {
            for (int column = 0; column < matrix[0].length; column++) {
                transposed[column][row] = matrix[row][column];
            }
        }
        return transposed;
    }

    private static void addProducts(double[] a, double[] b, double[] sums) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += a[i] * b[i];
        }
    }
}
