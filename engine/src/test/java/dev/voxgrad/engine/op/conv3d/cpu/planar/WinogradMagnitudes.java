package dev.voxgrad.engine.op.conv3d.cpu.planar;

import java.util.HashMap;
import java.util.Map;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;

import static dev.voxgrad.engine.op.conv3d.cpu.planar.PlanarCorrelation.axis;

/**
 * Computes what Winograd's algorithm would compute if no two values ever cancelled: its sums of products with the
 * absolute values of all operands and of all entries of G, Bᵀ and A.
 *
 * <pre>
 * forward and input gradient   |A|ᵀ [ (|G| |g|) ⊙ (|B|ᵀ |d|) ]
 * weight gradient              |G|ᵀ [ (|A| |dy|) ⊙ (|B|ᵀ |d|) ]
 * </pre>
 *
 * <p>Multiplied by γ of the number of roundings on the longest path through the algorithm, this bounds the error of
 * every single element, including the transforms' amplification. The code is plain loops in double.
 */
public final class WinogradMagnitudes {
    /** The matrices of an axis along which the kernel is 1, with tiles of one voxel. */
    private static final double[][] IDENTITY = {{1}};

    /** The absolute matrices for m outputs, at index m. */
    private static final double[][][][] MATRICES = {{}, {}, absolute(2), absolute(3), absolute(4)};

    private final Conv3dGeometry g;
    private final AxisTiles[] out;
    private final AxisTiles[] in;

    private WinogradMagnitudes(Conv3dGeometry g, AxisTiles[] out, AxisTiles[] in) {
        this.g = g;
        this.out = out;
        this.in = in;
    }

    /** Creates them for F(2×2×2, 3×3×3). */
    public static WinogradMagnitudes small(Conv3dGeometry g) {
        return new WinogradMagnitudes(g, pairs(g.output()), pairs(g.input()));
    }

    private static AxisTiles[] pairs(Dims3 size) {
        return new AxisTiles[] {AxisTiles.pairs(size.d()), AxisTiles.pairs(size.h()), AxisTiles.pairs(size.w())};
    }

    /** Creates them for volumes that are divided so. */
    static WinogradMagnitudes of(Conv3dGeometry g, Tiling tiling) {
        return new WinogradMagnitudes(g, Planar.tiles(g, g.output(), tiling), Planar.tiles(g, g.input(), tiling));
    }

    /** Represents a tile: its first output and its number of outputs along each axis. */
    private record Tile(int[] start, int[] size) {
        int outputs() {
            return size[0] * size[1] * size[2];
        }
    }

    /** Returns the number of tiles of all samples. */
    public int tiles() {
        return g.batch() * tiles(out).length;
    }

    private static Tile[] tiles(AxisTiles[] axes) {
        Tile[] tiles = new Tile[axes[0].count() * axes[1].count() * axes[2].count()];
        for (int i = 0; i < tiles.length; i++) {
            int w = i % axes[2].count();
            int h = i / axes[2].count() % axes[1].count();
            int d = i / axes[2].count() / axes[1].count();
            tiles[i] = new Tile(
                    new int[] {axes[0].start(d), axes[1].start(h), axes[2].start(w)},
                    new int[] {axes[0].size(d), axes[1].size(h), axes[2].size(w)});
        }
        return tiles;
    }

    /** Computes the forward pass for non-negative x (N,C,D,H,W) and w (O,C,kD,kH,kW), without the bias. */
    public double[] forward(double[] x, double[] w) {
        return correlate(g.inputChannels(), g.input(), g.outputChannels(), g.output(), out, g.padding(), x, w);
    }

    /** Computes the input gradient for non-negative dy and w: the correlation of dy with the reversed weights. */
    public double[] gradInput(double[] dy, double[] w) {
        int outputs = g.outputChannels();
        int inputs = g.inputChannels();
        int taps = g.kernel().product();
        double[] reversed = new double[w.length];
        for (int i = 0; i < w.length; i++) {
            int o = i / taps / inputs;
            int c = i / taps % inputs;
            reversed[(c * outputs + o) * taps + taps - 1 - i % taps] = w[i];
        }
        Dims3 p = g.padding();
        Dims3 k = g.kernel();
        Dims3 padding = new Dims3(k.d() - 1 - p.d(), k.h() - 1 - p.h(), k.w() - 1 - p.w());
        return correlate(outputs, g.output(), inputs, g.input(), in, padding, dy, reversed);
    }

    private double[] correlate(
            int inputs,
            Dims3 input,
            int outputs,
            Dims3 output,
            AxisTiles[] axes,
            Dims3 padding,
            double[] x,
            double[] w) {
        Map<Integer, double[][]> weights = new HashMap<>();
        double[] y = new double[g.batch() * outputs * output.product()];
        for (int n = 0; n < g.batch(); n++) {
            for (Tile tile : tiles(axes)) {
                double[][] u = weights.computeIfAbsent(
                        tile.size[0] * 100 + tile.size[1] * 10 + tile.size[2],
                        _ -> transformed(tile, w, outputs * inputs));
                double[][] v = inputTiles(x, n, inputs, input, padding, tile);
                for (int o = 0; o < outputs; o++) {
                    double[] m = new double[v[0].length];
                    for (int c = 0; c < inputs; c++) {
                        addProducts(u[o * inputs + c], v[c], m);
                    }
                    double[] values = transform(matrices(tile, Matrix.OUTPUT), m);
                    store(values, y, (n * outputs + o) * output.product(), output, tile);
                }
            }
        }
        return y;
    }

    /** Returns |G||g| of every pair of channels. */
    private double[][] transformed(Tile tile, double[] w, int pairs) {
        int taps = g.kernel().product();
        int[] kernel = {g.kernel().d(), g.kernel().h(), g.kernel().w()};
        double[][] u = new double[pairs][];
        for (int i = 0; i < pairs; i++) {
            u[i] = transform(matrices(tile, Matrix.WEIGHT), box(w, i * taps, g.kernel(), new int[3], kernel));
        }
        return u;
    }

    /** Computes the weight gradient for non-negative x and dy. */
    public double[] gradWeight(double[] x, double[] dy) {
        int inputs = g.inputChannels();
        int outputs = g.outputChannels();
        int taps = g.kernel().product();
        double[] dw = new double[outputs * inputs * taps];
        for (int n = 0; n < g.batch(); n++) {
            for (Tile tile : tiles(out)) {
                double[][] v = inputTiles(x, n, inputs, g.input(), g.padding(), tile);
                double[][][] back = transposed(matrices(tile, Matrix.WEIGHT));
                for (int o = 0; o < outputs; o++) {
                    int from = (n * outputs + o) * g.output().product();
                    double[] gradients = box(dy, from, g.output(), tile.start, tile.size);
                    double[] m = transform(transposed(matrices(tile, Matrix.OUTPUT)), gradients);
                    for (int c = 0; c < inputs; c++) {
                        double[] products = new double[m.length];
                        addProducts(m, v[c], products);
                        double[] sums = transform(back, products);
                        for (int tap = 0; tap < taps; tap++) {
                            dw[(o * inputs + c) * taps + tap] += sums[tap];
                        }
                    }
                }
            }
        }
        return dw;
    }

    /** Returns |B|ᵀ|d| of every channel of one tile. */
    private double[][] inputTiles(double[] x, int sample, int channels, Dims3 input, Dims3 padding, Tile tile) {
        int[] start = new int[3];
        int[] edges = new int[3];
        for (int i = 0; i < 3; i++) {
            start[i] = tile.start[i] - axis(padding, i);
            edges[i] = tile.size[i] + axis(g.kernel(), i) - 1;
        }
        double[][] v = new double[channels][];
        for (int c = 0; c < channels; c++) {
            int from = (sample * channels + c) * input.product();
            v[c] = transform(matrices(tile, Matrix.INPUT), box(x, from, input, start, edges));
        }
        return v;
    }

    /** Returns a box of a volume; it is zero outside of the volume. */
    private static double[] box(double[] volumes, int from, Dims3 size, int[] start, int[] edges) {
        double[] box = new double[edges[0] * edges[1] * edges[2]];
        for (int i = 0; i < box.length; i++) {
            int d = start[0] + i / (edges[1] * edges[2]);
            int h = start[1] + i / edges[2] % edges[1];
            int w = start[2] + i % edges[2];
            if (d >= 0 && d < size.d() && h >= 0 && h < size.h() && w >= 0 && w < size.w()) {
                box[i] = volumes[from + (d * size.h() + h) * size.w() + w];
            }
        }
        return box;
    }

    /** Writes those outputs of a tile that exist. */
    private static void store(double[] values, double[] y, int to, Dims3 output, Tile tile) {
        for (int i = 0; i < tile.outputs(); i++) {
            int d = tile.start[0] + i / (tile.size[1] * tile.size[2]);
            int h = tile.start[1] + i / tile.size[2] % tile.size[1];
            int w = tile.start[2] + i % tile.size[2];
            if (d < output.d() && h < output.h() && w < output.w()) {
                y[to + (d * output.h() + h) * output.w() + w] = values[i];
            }
        }
    }

    // ------------------------------------------------------------------------------------------------ matrices

    private enum Matrix {
        OUTPUT,
        WEIGHT,
        INPUT
    }

    /** Returns the absolute matrices of a tile along D, H and W. */
    private static double[][][] matrices(Tile tile, Matrix which) {
        double[][][] matrices = new double[3][][];
        for (int i = 0; i < 3; i++) {
            matrices[i] = tile.size[i] == 1 ? IDENTITY : MATRICES[tile.size[i]][which.ordinal()];
        }
        return matrices;
    }

    private static double[][][] absolute(int m) {
        WinogradMatrices matrices = WinogradMatrices.of(m);
        return new double[][][] {
            WinogradMatrices.magnitudes(matrices.output()),
            WinogradMatrices.magnitudes(matrices.weight()),
            WinogradMatrices.magnitudes(matrices.input())
        };
    }

    /** Applies a matrix along every axis of a box: each pass takes the last axis and puts it first. */
    private static double[] transform(double[][][] matrices, double[] box) {
        double[] from = box;
        for (int axis = 2; axis >= 0; axis--) {
            double[][] matrix = matrices[axis];
            int columns = matrix[0].length;
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

    private static double[][][] transposed(double[][][] matrices) {
        double[][][] transposed = new double[3][][];
        for (int axis = 0; axis < 3; axis++) {
            double[][] matrix = matrices[axis];
            transposed[axis] = new double[matrix[0].length][matrix.length];
            for (int row = 0; row < matrix.length; row++) {
                for (int column = 0; column < matrix[0].length; column++) {
                    transposed[axis][column][row] = matrix[row][column];
                }
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
