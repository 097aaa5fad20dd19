package dev.voxgrad.engine.volume;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.voxgrad.engine.random.RandomStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

/**
 * Compares blur, resampling and motion with their definitions, for random parameters and sizes around the vector
 * widths.
 *
 * <p>Bounds: values are in [−1, 2], and ε = 2⁻²⁴. A weighted mean of t values in float is within (t + 2)·ε·2 of the
 * exact mean: t ≤ 33 for one axis of blur, with three axes one after another; 8 corners for trilinear interpolation,
 * plus the rounding of the weights, ε·3 for each of three axes.
 */
@Tag("kernels")
class VolumeKernelsTest {
    private static final double EPSILON = 0x1p-24;
    private static final double BLUR_BOUND = 3 * 35 * EPSILON * 2;
    private static final double RESAMPLE_BOUND = (10 + 9) * EPSILON * 2;

    private static final String SIZES = """
            1, 1,  1,  1
            1, 2,  1,  3
            2, 1,  5,  1
            1, 3,  4,  8
            3, 5,  7, 15
            1, 6,  3, 16
            2, 4, 17,  5
            1, 9,  4, 17
            1, 3, 33,  2
            1, 4,  5, 31
            2, 7,  2, 33
            1, 2,  3, 65
            1, 28, 28, 28""";

    @ParameterizedTest
    @CsvSource(textBlock = SIZES)
    void blur(int channels, int x, int y, int z) {
        RandomStream random = new RandomStream(1, x, y, z);
        for (int round = 0; round < 3; round++) {
            Volume volume = VolumeReference.random(random, channels, x, y, z);
            double[] sigmas = {random.uniform(0, 4), random.uniform(0, 2), random.uniform(0, 4)};
            sigmas[random.nextInt(3)] = round == 1 ? 0 : random.uniform(0, 0.2);
            double[][][][] expected = new double[channels][][][];
            for (int c = 0; c < channels; c++) {
                expected[c] = VolumeReference.blur(VolumeReference.channel(volume, c), sigmas);
            }
            GaussianBlurCpu.apply(volume, sigmas[0], sigmas[1], sigmas[2]);
            assertEquals(volume, expected, BLUR_BOUND);
        }
    }

    @ParameterizedTest
    @CsvSource(textBlock = SIZES)
    void resample(int channels, int x, int y, int z) {
        RandomStream random = new RandomStream(2, x, y, z);
        for (int round = 0; round < 5; round++) {
            Volume volume = VolumeReference.random(random, channels, x, y, z);
            AffineMap map = randomMap(random, volume);
            double[][][][] expected = new double[channels][][][];
            for (int c = 0; c < channels; c++) {
                expected[c] = VolumeReference.resample(VolumeReference.channel(volume, c), map);
            }
            ResampleCpu.apply(volume, map);
            assertEquals(volume, expected, RESAMPLE_BOUND);
        }
    }

    private static AffineMap randomMap(RandomStream random, Volume volume) {
        return AffineMap.rotation(random.uniform(-40, 40), random.uniform(-40, 40), random.uniform(-200, 200))
                .after(AffineMap.scale(random.uniform(0.5, 2), random.uniform(0.5, 2), random.uniform(-2, 2)))
                .aboutCentre(volume)
                .translated(random.uniform(-1, 1), random.uniform(-1, 1), random.uniform(-1, 1));
    }

    /** The circulant matrices give the same result as transforms over three axes. */
    @ParameterizedTest
    @CsvSource(textBlock = SIZES)
    void motion(int channels, int x, int y, int z) {
        RandomStream random = new RandomStream(3, x, y, z);
        Volume volume = VolumeReference.random(random, channels, x, y, z);
        AffineMap first = randomMap(random, volume);
        AffineMap second = randomMap(random, volume);
        int start = random.nextInt(z + 1);
        int end = start + random.nextInt(z - start + 1);
        double[][][][] expected = new double[channels][][][];
        for (int c = 0; c < channels; c++) {
            double[][][] still = VolumeReference.channel(volume, c);
            expected[c] = VolumeReference.motion(
                    still, VolumeReference.resample(still, first), VolumeReference.resample(still, second), start, end);
        }
        MotionCpu.apply(volume, first, second, start, end);
        // |h₁|₂ ≤ 1 and |v₁ − v₀| ≤ 3: a row's sum of 2z products is off by up to (2z + 2)·ε·Σ|h|·3, Σ|h| ≤ √z each;
        // and the errors of resampling go through the same sum.
        double bound = 2 * Math.sqrt(z) * (3 * (2 * z + 2) * EPSILON + RESAMPLE_BOUND);
        assertEquals(volume, expected, bound);
    }

    private static void assertEquals(Volume volume, double[][][][] expected, double bound) {
        int i = 0;
        double worst = 0;
        for (double[][][] channel : expected) {
            for (double[][] plane : channel) {
                for (double[] row : plane) {
                    for (double value : row) {
                        worst = Math.max(worst, Math.abs(volume.values()[i++] - value));
                    }
                }
            }
        }
        assertThat(i).isEqualTo(volume.values().length);
        assertThat(worst).isLessThanOrEqualTo(bound);
    }

    @Test
    void changesNothingWithoutMotion() {
        Volume volume = VolumeReference.random(new RandomStream(4, 0, 0, 0), 2, 5, 6, 7);
        float[] before = volume.values().clone();
        AffineMap still = AffineMap.rotation(0, 0, 0);
        ResampleCpu.apply(volume, still.aboutCentre(volume));
        assertThat(volume.values()).isEqualTo(before);
        MotionCpu.apply(volume, still, still, 2, 5);
        assertThat(volume.values()).isEqualTo(before);
        GaussianBlurCpu.apply(volume, 0, 1e-15, 0);
        assertThat(volume.values()).isEqualTo(before);
        GaussianBlurCpu.apply(volume, 0.124, 0.1, 1e-9);
        assertThat(volume.values()).as("a radius of 0").isEqualTo(before);
    }

    /** Rows are shifted by whole voxels, and by half a voxel to the exact edge of the inside. */
    @Test
    void edgeOfTheInsideIsExact() {
        Volume volume = new Volume(1, 1, 1, 4);
        System.arraycopy(new float[] {5, 1, 2, 3}, 0, volume.values(), 0, 4);
        ResampleCpu.apply(volume, AffineMap.rotation(0, 0, 0).translated(0, 0, -0.5));
        assertThat(volume.values()).containsExactly(5, 3, 1.5f, 2.5f);
        System.arraycopy(new float[] {5, 1, 2, 3}, 0, volume.values(), 0, 4);
        ResampleCpu.apply(volume, AffineMap.rotation(0, 0, 0).translated(0, 0, 0.5));
        assertThat(volume.values()).containsExactly(3, 1.5f, 2.5f, 1);
        System.arraycopy(new float[] {5, 1, 2, 3}, 0, volume.values(), 0, 4);
        ResampleCpu.apply(volume, AffineMap.rotation(0, 0, 0).translated(0, 0, -2));
        assertThat(volume.values()).containsExactly(1, 1, 5, 1);
        ResampleCpu.apply(volume, AffineMap.rotation(0, 0, 0).translated(0, 9, 0));
        assertThat(volume.values()).containsExactly(1, 1, 1, 1);
    }

    @Test
    void rotationsTurnCounterClockwise() {
        assertThat(AffineMap.rotation(90, 0, 0).of(0, 1, 0)).containsExactly(new double[] {0, 0, 1}, within(1e-15));
        assertThat(AffineMap.rotation(0, 90, 0).of(0, 0, 1)).containsExactly(new double[] {1, 0, 0}, within(1e-15));
        assertThat(AffineMap.rotation(0, 0, 90).of(1, 0, 0)).containsExactly(new double[] {0, 1, 0}, within(1e-15));
        AffineMap map = AffineMap.rotation(10, 20, 30).translated(1, 2, 3);
        double[] there = map.of(4, 5, 6);
        assertThat(map.inverseRotation().of(there[0], there[1], there[2]))
                .containsExactly(new double[] {4, 5, 6}, within(1e-14));
        double[] twice = map.of(there[0], there[1], there[2]);
        assertThat(map.after(map).of(4, 5, 6)).containsExactly(twice, within(1e-13));
        assertThat(AffineMap.rotation(10, 20, 30).about(7, 8, 9).of(7, 8, 9))
                .containsExactly(new double[] {7, 8, 9}, within(1e-14));
    }

    @Test
    void reportsWrongArguments() {
        assertThatThrownBy(() -> new Volume(1, 4, 0, 4)).hasMessageContaining("one voxel on each axis, was [1,4,0,4]");
        Volume volume = new Volume(2, 3, 4, 5);
        assertThat(volume.size(0) + 10 * volume.size(1) + 100 * volume.size(2)).isEqualTo(543);
        assertThatThrownBy(() -> volume.size(3)).hasMessageContaining("axis is 3");
        assertThatThrownBy(() -> GaussianBlurCpu.apply(volume, 1, -1, 1)).hasMessageContaining("sigma is -1.0");
        assertThatThrownBy(() -> GaussianBlurCpu.apply(volume, 1, 1, Double.NaN))
                .hasMessageContaining("sigma is NaN");
        AffineMap still = AffineMap.rotation(0, 0, 0);
        assertThatThrownBy(() -> MotionCpu.apply(volume, still, still, 3, 6)).hasMessageContaining("<= 5");
        assertThatThrownBy(() -> still.translated(Double.NaN, 0, 0)).hasMessageContaining("finite values");
    }

    @Test
    void findsValuesThatAreNotFinite() {
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            Volume volume = new Volume(2, 3, 4, 5);
            volume.values()[7] = -Float.MAX_VALUE;
            assertThat(volume.firstNotFinite()).isEqualTo(-1);
            volume.values()[60 + 2 * 20 + 1 * 5 + 4] = bad;
            assertThat(volume.firstNotFinite()).isEqualTo(109);
            assertThat(volume.position(109)).isEqualTo("channel 1, voxel (2,1,4)");
        }
    }
}
