package dev.voxgrad.medmnist.importing;

import java.util.Arrays;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class ResamplingTest {
    private static Scan scan(int[] shape, double... spacing) {
        float[] values = new float[shape[0] * shape[1] * shape[2]];
        for (int i = 0; i < values.length; i++) {
            values[i] = 1 + i * 37 % 101 / 7f;
        }
        return new Scan(shape, spacing, null, null, new float[][] {values});
    }

    private static float[] along(float[] values, int size, double distance, boolean nearest) {
        AxisWeights weights = AxisWeights.of(values.length, 1, size, distance, nearest);
        return weights.apply(values, 1, values.length, 1);
    }

    @Test
    void sameSizeKeepsEveryBit() {
        for (double[] spacing : new double[][] {{1, 1, 1}, {0.7, 0.7, 0.7}, {0.7f, 0.7000001, 0.7}}) {
            Scan scan = scan(new int[] {5, 6, 7}, spacing);
            float[] values = scan.channels()[0];
            for (boolean nearest : new boolean[] {false, true}) {
                float[] same =
                        new Resampling(scan, new int[] {5, 6, 7}, 0.7 * spacing[0] / 0.7, nearest).apply(values, 0);
                assertThat(same).containsExactly(values);
            }
        }
    }

    /** With twice the distance, new voxels are between two old ones: a tent of weights 1, 3, 3, 1 eighths. */
    @Test
    void shrinkingAverages() {
        float[] values = {8, 16, 0, 0, 80, 8};
        float[] half = along(values, 3, 2, false);
        assertThat(half[1]).isEqualTo((16 + 3 * 0 + 3 * 0 + 80) / 8f);
        assertThat(half[0]).isEqualTo((3 * 8 + 3 * 16 + 0) / 7f, within(1e-6f));
    }

    @Test
    void enlargingInterpolates() {
        assertThat(along(new float[] {0, 4, 8}, 6, 0.5, false)).containsExactly(0, 1, 3, 5, 7, 8);
        assertThat(along(new float[] {0, 4, 8}, 6, 0.5, true)).containsExactly(0, 0, 4, 4, 8, 8);
    }

    @Test
    void masksTakeTheNearestVoxel() {
        assertThat(along(new float[] {1, 2, 3, 4, 5, 6}, 2, 3, true)).containsExactly(2, 5);
    }

    /** The brightness of a field stays the same, whatever the size: weights add up to 1. */
    @Test
    void constantsStayConstant() {
        Scan scan = scan(new int[] {13, 9, 21}, 0.9, 1.4, 3);
        float[] values = new float[13 * 9 * 21];
        Arrays.fill(values, 5);
        float[] resampled = new Resampling(scan, new int[] {8, 30, 11}, null, false).apply(values, 5);
        for (float value : resampled) {
            assertThat(value).isEqualTo(5, within(1e-5f));
        }
    }

    /** Fields of 8, 4 and 4 mm in 4 voxels each: a distance of 2 mm, and one padded voxel on both sides of Y and Z. */
    @Test
    void wholeFieldFitsAndIsPadded() {
        Scan scan = scan(new int[] {4, 4, 2}, 2, 1, 2);
        Resampling resampling = new Resampling(scan, new int[] {4, 4, 4}, null, false);
        assertThat(resampling.distance()).isEqualTo(2);
        float[] values = new float[32];
        Arrays.fill(values, 3);
        float[] all = resampling.apply(values, -1);
        for (int i = 0; i < all.length; i++) {
            boolean inside = i / 4 % 4 % 3 != 0 && i % 4 % 3 != 0;
            assertThat(all[i]).isEqualTo(inside ? 3 : -1, within(1e-6f));
        }
        assertThat(resampling.field()[0]).containsExactly(0, 3);
        assertThat(resampling.field()[1]).containsExactly(-1.5, 4.5);
    }

    @Test
    void fixedDistanceCropsAboutTheCentre() {
        Scan scan = scan(new int[] {6, 1, 1}, 1, 1, 1);
        float[] middle = new Resampling(scan, new int[] {2, 1, 1}, 1.0, false).apply(new float[] {1, 2, 3, 4, 5, 6}, 0);
        assertThat(middle).containsExactly(3, 4);
    }

    @Test
    void extremeSpacingsEndQuickly() {
        Scan scan = scan(new int[] {50, 50, 1}, 1e-30, 1e30, 1);
        float[] all = new Resampling(scan, new int[] {8, 8, 8}, null, false).apply(scan.channels()[0], 0);
        assertThat(all).hasSize(512);
        assertThat(new Resampling(scan, new int[] {8, 8, 8}, 1e-30, false).apply(scan.channels()[0], 0))
                .hasSize(512);
    }

    /** A slice of 8 mm by 8 mm and 1 mm becomes the middle one of four, 2 mm apart: the others are outside it. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void thinScansKeepOneSlice(boolean nearest) {
        Scan scan = scan(new int[] {16, 16, 1}, 0.5, 0.5, 1);
        float[] all = new Resampling(scan, new int[] {4, 4, 4}, null, nearest).apply(scan.channels()[0], -1);
        float[] slice = new Resampling(scan, new int[] {4, 4, 1}, 2.0, nearest).apply(scan.channels()[0], -1);
        for (int i = 0; i < all.length; i++) {
            assertThat(all[i]).isEqualTo(i % 4 == 2 ? slice[i / 4] : -1);
        }
    }

    /** The new voxel of a thin scan shows the scan's centre. */
    @Test
    void thinAxesAreAveragedAboutTheirCentre() {
        float[] values = {2, 4, 8};
        for (int size : new int[] {2, 4, 28}) {
            AxisWeights weights = AxisWeights.of(3, 1, size, 6, false);
            assertThat(weights.start()).isEqualTo(size / 2);
            assertThat(weights.apply(values, 1, 3, 1)).hasSize(1);
            float expected = (5 * 2 + 6 * 4 + 5 * 8) / 16f;
            assertThat(weights.apply(values, 1, 3, 1)[0]).isEqualTo(expected, within(1e-5f));
            assertThat(along(values, size, 6, true)).containsExactly(4);
        }
        assertThat(along(values, 3, 6, true)).as("at the centre").containsExactly(4);
        assertThat(along(values, 2, 3, true)).as("just inside").containsExactly(2, 8);
    }
}
