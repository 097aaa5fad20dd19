package dev.voxgrad.engine.op.conv3d.cpu.planar;

import java.util.Arrays;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.conv3d.cpu.planar.WinogradMatrices.Fraction;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Shows that the matrices derived from their interpolation points compute a correlation, and compares the kernels'
 * constants with them.
 */
@Tag("kernels")
class PlanarMatricesTest {
    /** Computes yᵢ = Σₖ gₖ·dᵢ₊ₖ for every pair of unit vectors. */
    @Test
    void matricesComputeACorrelation() {
        for (int m = 2; m <= 4; m++) {
            WinogradMatrices matrices = WinogradMatrices.of(m);
            for (int i = 0; i < m; i++) {
                for (int k = 0; k < 3; k++) {
                    for (int d = 0; d < m + 2; d++) {
                        Fraction sum = Fraction.ZERO;
                        for (int j = 0; j < m + 2; j++) {
                            sum = sum.plus(matrices.output()[i][j]
                                    .times(matrices.weight()[j][k])
                                    .times(matrices.input()[j][d]));
                        }
                        assertThat(sum)
                                .as("m = %d: weight %d and input %d in output %d", m, k, d, i)
                                .isEqualTo(d == i + k ? Fraction.ONE : Fraction.ZERO);
                    }
                }
            }
        }
    }

    /** Transforms unit vectors: results are entries of the matrices, which are exact in float32 but for G's. */
    @Test
    void kernelsHaveTheseConstants() {
        for (int mu = 2; mu <= 4; mu++) {
            for (int mv = 2; mv <= 4; mv++) {
                WinogradMatrices u = WinogradMatrices.of(mu);
                WinogradMatrices v = WinogradMatrices.of(mv);
                checkInput(mu, mv, u, v);
                checkOutput(mu, mv, u, v);
                checkGradient(mu, mv, u, v);
            }
            float[] g = PlanarWeights.matrix(mu);
            for (int i = 0; i < g.length; i++) {
                assertThat(g[i]).as("m = %d, entry %d of G", mu, i).isEqualTo((float)
                        WinogradMatrices.of(mu).weight()[i / 3][i % 3].value());
            }
        }
    }

    private static void checkInput(int mu, int mv, WinogradMatrices u, WinogradMatrices v) {
        int width = mv + 2;
        int positions = (mu + 2) * width;
        for (int from = 0; from < positions; from++) {
            float[] x = unit(positions, from);
            float[] result = new float[positions * Lanes.COUNT];
            PlanarTransforms.input(mu, mv, x, 0, width * Lanes.COUNT, Lanes.COUNT, scratch(), result, 0, Lanes.COUNT);
            for (int p = 0; p < positions; p++) {
                Fraction entry = u.input()[p / width][from / width].times(v.input()[p % width][from % width]);
                assertLanes(result, p, entry);
            }
        }
    }

    private static void checkOutput(int mu, int mv, WinogradMatrices u, WinogradMatrices v) {
        int width = mv + 2;
        int positions = (mu + 2) * width;
        float[] base = new float[mu * mv * Lanes.COUNT];
        for (int from = 0; from < positions; from++) {
            float[] m = unit(positions, from);
            float[] result = new float[mu * mv * Lanes.COUNT];
            PlanarTransforms.output(
                    mu,
                    mv,
                    m,
                    0,
                    Lanes.COUNT,
                    scratch(),
                    base,
                    0,
                    mv * Lanes.COUNT,
                    Lanes.COUNT,
                    result,
                    0,
                    mv * Lanes.COUNT,
                    Lanes.COUNT);
            for (int i = 0; i < mu * mv; i++) {
                assertLanes(result, i, u.output()[i / mv][from / width].times(v.output()[i % mv][from % width]));
            }
        }
    }

    private static void checkGradient(int mu, int mv, WinogradMatrices u, WinogradMatrices v) {
        int width = mv + 2;
        int positions = (mu + 2) * width;
        for (int from = 0; from < mu * mv; from++) {
            float[] y = unit(mu * mv, from);
            float[] result = new float[positions * Lanes.COUNT];
            PlanarTransforms.gradient(mu, mv, y, 0, mv * Lanes.COUNT, Lanes.COUNT, scratch(), result, 0, Lanes.COUNT);
            for (int p = 0; p < positions; p++) {
                assertLanes(result, p, u.output()[from / mv][p / width].times(v.output()[from % mv][p % width]));
            }
        }
    }

    private static float[] scratch() {
        return new float[PlanarTransforms.SCRATCH];
    }

    /** Returns vectors of zeros, but one of ones. */
    private static float[] unit(int vectors, int index) {
        float[] values = new float[vectors * Lanes.COUNT];
        Arrays.fill(values, index * Lanes.COUNT, (index + 1) * Lanes.COUNT, 1);
        return values;
    }

    private static void assertLanes(float[] values, int vector, Fraction expected) {
        for (int lane = 0; lane < Lanes.COUNT; lane++) {
            assertThat(values[vector * Lanes.COUNT + lane] + 0f).isEqualTo((float) expected.value() + 0f);
        }
    }
}
