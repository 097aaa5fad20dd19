package dev.voxgrad.engine.op.conv3d.cpu;

import java.util.Random;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.engine.device.cpu.Lanes;

import static org.assertj.core.api.Assertions.assertThat;

/** Compares with plain loops, to the bit, on every machine: most call these kernels never or always. */
@Tag("kernels")
class SmallKernelsTest {
    private static final int L = Lanes.COUNT;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7})
    void addProducts(int positions) {
        for (int length : new int[] {0, 1, 2, 3, 8, 27}) {
            int step = length + 3;
            int cStep = 2 * L + 5;
            float[] a = random(2 + positions * step);
            float[] b = random(1 + length * 2 * L);
            float[] c = random(4 + positions * cStep);
            float[] expected = c.clone();
            for (int p = 0; p < positions; p++) {
                for (int k = 0; k < length; k++) {
                    for (int lane = 0; lane < 2 * L; lane++) {
                        int at = 4 + p * cStep + lane;
                        expected[at] = Math.fma(a[2 + p * step + k], b[1 + k * 2 * L + lane], expected[at]);
                    }
                }
            }
            SmallKernels.addProducts(a, 2, step, positions, b, 1, length, c, 4, cStep);
            assertThat(c).as(positions + " positions, length " + length).isEqualTo(expected);
        }
    }

    private static float[] random(int length) {
        Random random = new Random(length);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return values;
    }
}
