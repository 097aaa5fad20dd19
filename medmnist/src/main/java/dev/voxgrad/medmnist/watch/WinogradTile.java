package dev.voxgrad.medmnist.watch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;
import dev.voxgrad.engine.op.conv3d.cpu.planar.WinogradMatrices;
import dev.voxgrad.engine.op.conv3d.cpu.planar.WinogradMatrices.Fraction;
import dev.voxgrad.engine.random.RandomPurpose;
import dev.voxgrad.engine.random.RandomStream;

/**
 * Computes one tile of a 3×3×3 convolution by Winograd's F(m×m×m, 3×3×3) in exact arithmetic, and keeps every number:
 * y = Aᵀ[(G g) ⊙ (Bᵀ d)], each matrix applied along every axis. Source: Lavin and Gray, "Fast algorithms for
 * convolutional neural networks", CVPR 2016.
 */
final class WinogradTile {
    private static final int KERNEL = 3;
    private static final int SEED = 7;

    /** Exact numbers in space, row-major. */
    private record Block(int d, int h, int w, Fraction[] values) {
        /** Multiplies every line along an axis, 0 for D, by a matrix. */
        Block times(Fraction[][] matrix, int axis) {
            int[] sizes = {d, h, w};
            int[] steps = {h * w, w, 1};
            int length = sizes[axis];
            sizes[axis] = matrix.length;
            Fraction[] result = new Fraction[sizes[0] * sizes[1] * sizes[2]];
            for (int i = 0; i < result.length; i++) {
                int[] at = {i / (sizes[1] * sizes[2]), i / sizes[2] % sizes[1], i % sizes[2]};
                int row = at[axis];
                Fraction sum = Fraction.ZERO;
                for (int k = 0; k < length; k++) {
                    at[axis] = k;
                    int from = at[0] * steps[0] + at[1] * steps[1] + at[2];
                    sum = sum.plus(matrix[row][k].times(values[from]));
                }
                result[i] = sum;
            }
            return new Block(sizes[0], sizes[1], sizes[2], result);
        }

        Block times(Block other) {
            Fraction[] products = new Fraction[values.length];
            Arrays.setAll(products, i -> values[i].times(other.values[i]));
            return new Block(d, h, w, products);
        }

        ConvolutionData.Stage stage() {
            return new ConvolutionData.Stage(
                    d, h, w, Arrays.stream(values).map(Fraction::toString).toList());
        }
    }

    private WinogradTile() {}

    /** Returns the tile for m outputs along each axis, 2 to 4. Inputs and weights are small integers. */
    static ConvolutionData.TileData of(int m) {
        int n = m + KERNEL - 1;
        RandomStream random = new RandomStream(SEED, m, 0, RandomPurpose.ANY);
        Block d = integers(random, n);
        Block g = integers(random, KERNEL);
        WinogradMatrices matrices = WinogradMatrices.of(m);
        List<ConvolutionData.Stage> inputs = new ArrayList<>(List.of(d.stage()));
        List<ConvolutionData.Stage> weights = new ArrayList<>(List.of(g.stage()));
        Block v = d;
        Block u = g;
        for (int axis = 2; axis >= 0; axis--) {
            v = v.times(matrices.input(), axis);
            u = u.times(matrices.weight(), axis);
            inputs.add(v.stage());
            weights.add(u.stage());
        }
        Block y = u.times(v);
        List<ConvolutionData.Stage> outputs = new ArrayList<>(List.of(y.stage()));
        for (int axis = 0; axis <= 2; axis++) {
            y = y.times(matrices.output(), axis);
            outputs.add(y.stage());
        }
        return new ConvolutionData.TileData(
                m,
                words(matrices.input()),
                words(matrices.weight()),
                words(matrices.output()),
                inputs,
                weights,
                outputs,
                direct(d, g),
                List.of(m * m * m * KERNEL * KERNEL * KERNEL, n * n * n));
    }

    private static Block integers(RandomStream random, int edge) {
        Fraction[] values = new Fraction[edge * edge * edge];
        Arrays.setAll(values, _ -> Fraction.of(random.nextInt(7) - 3, 1));
        return new Block(edge, edge, edge, values);
    }

    private static List<List<String>> words(Fraction[][] matrix) {
        return Arrays.stream(matrix)
                .map(row -> Arrays.stream(row).map(Fraction::toString).toList())
                .toList();
    }

    /** Returns the result of the definition: integers, since inputs and weights are. */
    private static List<String> direct(Block d, Block g) {
        Tensor x = tensor(d);
        Tensor y = x.conv3d(tensor(g), null, Conv3dOp.padded(0));
        return Arrays.stream(y.toDoubleArray())
                .mapToObj(value -> Fraction.of(Math.round(value), 1).toString())
                .toList();
    }

    private static Tensor tensor(Block block) {
        double[] values =
                Arrays.stream(block.values).mapToDouble(Fraction::value).toArray();
        return Tensor.of(ReferenceDevice.INSTANCE, Shape.of(1, 1, block.d, block.h, block.w), values);
    }
}
