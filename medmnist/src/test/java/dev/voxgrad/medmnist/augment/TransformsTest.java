package dev.voxgrad.medmnist.augment;

import java.util.Arrays;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.engine.volume.Volume;
import dev.voxgrad.medmnist.augment.RandomMotion.Motion;
import dev.voxgrad.medmnist.augment.RandomMotion.Movement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

/** Tests each transform alone: known values, identities, definitions, and what it draws. */
class TransformsTest {
    private static final Movement STILL = new Movement(new double[3], new double[3]);

    private static Volume random(int key, int channels, int x, int y, int z) {
        RandomStream random = new RandomStream(77, key, 0, 0);
        Volume volume = new Volume(channels, x, y, z);
        for (int i = 0; i < volume.values().length; i++) {
            volume.values()[i] = random.nextFloat();
        }
        return volume;
    }

    private static float at(Volume volume, int x, int y, int z) {
        return volume.values()[(x * volume.y() + y) * volume.z() + z];
    }

    private static RandomStream stream(int index) {
        return new RandomStream(5, 6, index, 7);
    }

    @Test
    void blurOfAnImpulse() {
        Volume volume = new Volume(1, 28, 28, 28);
        volume.values()[14 * 28 + 27] = 1;
        new RandomBlur.Blur(1.2, 0.7, 2.0).apply(volume);
        assertThat(at(volume, 0, 14, 27)).isCloseTo(.1214096624f, within(1e-8f));
        assertThat(at(volume, 1, 14, 27)).isCloseTo(.0680091486f, within(1e-8f));
        assertThat(at(volume, 0, 15, 27)).isCloseTo(.0437618443f, within(1e-8f));
        assertThat(at(volume, 2, 13, 24)).isCloseTo(.0018376364f, within(1e-9f));
        assertThat(at(volume, 0, 14, 19)).isCloseTo(2.1635310e-5f, within(1e-11f));
        assertThat(at(volume, 0, 14, 18)).isZero();
    }

    @Test
    void biasFieldOfKnownCoefficients() {
        double[] coefficients = new double[20];
        Arrays.setAll(coefficients, i -> .02 * (i + 1) * (i % 2 == 0 ? 1 : -1));
        Volume volume = new Volume(1, 28, 28, 28);
        Arrays.fill(volume.values(), 1);
        new RandomBiasField.BiasField(coefficients).apply(volume);
        assertThat(at(volume, 0, 0, 0)).isCloseTo(.5712091f, within(1e-7f));
        assertThat(at(volume, 0, 0, 27)).isCloseTo(1.1735109f, within(2e-7f));
        assertThat(at(volume, 0, 27, 0)).isCloseTo(5.365556f, within(1e-6f));
        assertThat(at(volume, 27, 0, 0)).isCloseTo(1.8221188f, within(2e-7f));
        assertThat(at(volume, 5, 9, 22)).isCloseTo(.9644045f, within(1e-7f));
    }

    /** Term by term from the formula, random coefficients, odd and even sides, three channels. */
    @Test
    void biasFieldIsThePolynomialsExponential() {
        for (int round = 0; round < 5; round++) {
            Volume volume = random(10 + round, 3, 3 + round, 8 - round, 2 + 3 * round);
            float[] before = volume.values().clone();
            RandomBiasField.BiasField field = new RandomBiasField(0.5).draw(stream(round), volume);
            field.apply(volume);
            int at = 0;
            for (int channel = 0; channel < 3; channel++) {
                for (int i = 0; i < volume.x(); i++) {
                    for (int j = 0; j < volume.y(); j++) {
                        for (int k = 0; k < volume.z(); k++) {
                            double factor = bias(
                                    field.coefficients(),
                                    centred(i, volume.x()),
                                    centred(j, volume.y()),
                                    centred(k, volume.z()));
                            // One product, rounded to float once.
                            assertThat((double) volume.values()[at])
                                    .isCloseTo(before[at] * factor, within(before[at] * factor * 0x1p-23));
                            at++;
                        }
                    }
                }
            }
        }
    }

    private static double centred(int i, int n) {
        return (i - (n - 1) / 2.0) / ((n - 1) / 2.0);
    }

    private static double bias(double[] coefficients, double x, double y, double z) {
        double exponent = 0;
        int next = 0;
        for (int a = 0; a <= 3; a++) {
            for (int b = 0; b <= 3 - a; b++) {
                for (int c = 0; c <= 3 - a - b; c++) {
                    exponent += coefficients[next++] * Math.pow(x, a) * Math.pow(y, b) * Math.pow(z, c);
                }
            }
        }
        return Math.exp(exponent);
    }

    /** x + σ·n, with the stream's own deviates in the order of the voxels, in chunks of 4096. */
    @Test
    void noiseIsTheStreamsDeviatesTimesSigma() {
        Volume volume = random(20, 3, 13, 17, 19);
        float[] before = volume.values().clone();
        new RandomNoise.Noise(0.17, stream(5)).apply(volume);
        RandomStream stream = stream(5);
        for (int from = 0; from < before.length; from += 4096) {
            float[] deviates = new float[Math.min(4096, before.length - from)];
            stream.fillGaussians(deviates, 0, deviates.length);
            for (int i = 0; i < deviates.length; i++) {
                double expected = before[from + i] + 0.17 * deviates[i];
                // σ and the product are rounded relative to the product, the sum relative to itself.
                assertThat((double) volume.values()[from + i])
                        .isCloseTo(
                                expected,
                                within(2 * 0x1p-24 * Math.abs(0.17 * deviates[i])
                                        + 0x1p-24 * (Math.abs(expected) + 1e-6)));
            }
        }
    }

    @Test
    void affineMapOfKnownScales() {
        RandomAffine.Affine affine = new RandomAffine.Affine(new double[] {.95, 1.05, 1}, new double[] {2, 2, 2});
        assertThat(affine.map().aboutCentre(new Volume(1, 28, 28, 28)).of(27, 3, 20))
                .containsExactly(new double[] {27.104951, 3.243388, 20.841409}, within(1e-6));
    }

    /** q = R·p + τ about voxel (0,0,0), with TorchIO's signs; R by hand for one angle at a time. */
    @Test
    void motionTurnsAboutTheCornerUnlessCentred() {
        Volume volume = new Volume(1, 11, 21, 31);
        double s = Math.sin(Math.toRadians(10));
        double c = Math.cos(Math.toRadians(10));
        double[] shift = {1, 2, 3};
        assertThat(new Movement(new double[] {0, 0, 10}, shift)
                        .map(volume, false)
                        .of(3, 4, 5))
                .containsExactly(new double[] {3 * c - 4 * s - 1, 3 * s + 4 * c - 2, 5 + 3}, within(1e-12));
        assertThat(new Movement(new double[] {10, 0, 0}, shift)
                        .map(volume, false)
                        .of(3, 4, 5))
                .containsExactly(new double[] {3 - 1, 4 * c + 5 * s - 2, -4 * s + 5 * c + 3}, within(1e-12));
        assertThat(new Movement(new double[] {0, 10, 0}, shift)
                        .map(volume, false)
                        .of(3, 4, 5))
                .containsExactly(new double[] {3 * c - 5 * s - 1, 4 - 2, 3 * s + 5 * c + 3}, within(1e-12));
        assertThat(new Movement(new double[] {7, 8, 9}, shift).map(volume, true).of(5, 10, 15))
                .containsExactly(new double[] {5 - 1, 10 - 2, 15 + 3}, within(1e-12));
    }

    @Test
    void neutralParametersAreIdentities() {
        Volume volume = random(1, 3, 5, 6, 7);
        float[] before = volume.values().clone();
        new RandomNoise.Noise(0, stream(0)).apply(volume);
        new RandomBlur.Blur(0, 0, 0).apply(volume);
        new RandomBiasField.BiasField(new double[20]).apply(volume);
        new RandomAffine.Affine(new double[] {1, 1, 1}, new double[3]).apply(volume);
        new Motion(STILL, STILL, 0.3, 0.7, false).apply(volume);
        new Motion(STILL, STILL, 0.3, 0.7, true).apply(volume);
        new RandomFlip.Flip(0, false).apply(volume);
        assertThat(volume.values()).isEqualTo(before);
    }

    @Test
    void flipsReverseTheAxisAndUndoThemselves() {
        for (int axis = 0; axis < 3; axis++) {
            Volume volume = random(2, 2, 4, 3, 5);
            float[] before = volume.values().clone();
            RandomFlip.Flip flip = new RandomFlip.Flip(axis, true);
            flip.apply(volume);
            int i = 0;
            for (int ch = 0; ch < 2; ch++) {
                for (int x = 0; x < 4; x++) {
                    for (int y = 0; y < 3; y++) {
                        for (int z = 0; z < 5; z++) {
                            int[] p = {x, y, z};
                            p[axis] = volume.size(axis) - 1 - p[axis];
                            assertThat(volume.values()[i++]).isEqualTo(before[ch * 60 + (p[0] * 3 + p[1]) * 5 + p[2]]);
                        }
                    }
                }
            }
            flip.apply(volume);
            assertThat(volume.values()).isEqualTo(before);
        }
    }

    /** A constant volume stays constant under any motion. */
    @Test
    void motionOfAConstantIsConstant() {
        Volume volume = new Volume(1, 9, 8, 7);
        Arrays.fill(volume.values(), 0.3f);
        new RandomMotion(10, Length.voxels(10), false).draw(stream(1), volume).apply(volume);
        new RandomAffine(0.1, 2, 2).draw(stream(1), volume).apply(volume);
        assertThat(volume.values()).containsOnly(0.3f);
    }

    @Test
    void blurAndMotionKeepTheMean() {
        Volume volume = random(3, 1, 9, 10, 11);
        double before = mean(volume);
        new RandomBlur.Blur(1, 2, 0.5).apply(volume);
        assertThat(mean(volume)).isCloseTo(before, within(1e-6));
        // The plane of frequency 0 along Z is the volume's own, and with it the mean of every row.
        Volume moved = random(3, 1, 9, 10, 11);
        new RandomMotion(10, Length.voxels(10), false).draw(stream(2), moved).apply(moved);
        Volume still = random(3, 1, 9, 10, 11);
        for (int row = 0; row < 90; row++) {
            double difference = 0;
            for (int z = 0; z < 11; z++) {
                difference += moved.values()[11 * row + z] - still.values()[11 * row + z];
            }
            assertThat(difference).isCloseTo(0, within(1e-5));
        }
        assertThat(moved.values()).isNotEqualTo(still.values());
    }

    private static double mean(Volume volume) {
        double sum = 0;
        for (float value : volume.values()) {
            sum += value;
        }
        return sum / volume.values().length;
    }

    @Test
    void noiseHasItsStrengthAndIsIndependent() {
        Volume volume = new Volume(3, 40, 41, 42);
        Arrays.fill(volume.values(), 0.5f);
        new RandomNoise.Noise(0.2, stream(3)).apply(volume);
        int n = volume.values().length;
        double squares = 0;
        double neighbours = 0;
        double channels = 0;
        for (int i = 0; i < n; i++) {
            double value = volume.values()[i] - 0.5;
            squares += value * value;
            neighbours += value * (volume.values()[(i + 1) % n] - 0.5);
            channels += value * (volume.values()[(i + volume.voxels()) % n] - 0.5);
        }
        double unit = 5 * 0.04 / Math.sqrt(n);
        assertThat(mean(volume)).isCloseTo(0.5, within(5 * 0.2 / Math.sqrt(n)));
        assertThat(squares / n).isCloseTo(0.04, within(unit * Math.sqrt(2)));
        assertThat(neighbours / n).isCloseTo(0, within(unit));
        assertThat(channels / n).isCloseTo(0, within(unit));
    }

    /** Channels are changed alike: each as if it were alone, but for noise. */
    @Test
    void channelsShareParameters() {
        for (Recipe.Step step : Recipe.TORCHIO.steps()) {
            Volume three = random(4, 3, 6, 7, 8);
            Volume second = new Volume(1, 6, 7, 8);
            System.arraycopy(three.values(), 336, second.values(), 0, 336);
            if (step.transform().name().equals("noise")) {
                continue;
            }
            step.transform().draw(stream(4), three).apply(three);
            step.transform().draw(stream(4), second).apply(second);
            assertThat(Arrays.copyOfRange(three.values(), 336, 672))
                    .as(step.transform().name())
                    .isEqualTo(second.values());
        }
    }

    /** Uniform in its range: mean and variance within five standard errors, and nothing beyond the ends. */
    @Test
    void drawsAreUniformInTheirRanges() {
        int n = 20_000;
        Volume volume = new Volume(1, 20, 40, 60);
        double[][] draws = new double[36][n];
        for (int i = 0; i < n; i++) {
            int at = 0;
            draws[at++][i] = new RandomNoise(0.25).draw(stream(i), volume).sigma() / 0.25;
            RandomBlur.Blur blur = new RandomBlur(Length.voxels(2)).draw(stream(i), volume);
            RandomBlur.Blur relative = new RandomBlur(Length.ofAxis(0.05)).draw(stream(i), volume);
            for (double share : new double[] {
                blur.sigmaX() / 2,
                blur.sigmaY() / 2,
                blur.sigmaZ() / 2,
                relative.sigmaX() / 1,
                relative.sigmaY() / 2,
                relative.sigmaZ() / 3
            }) {
                draws[at++][i] = share;
            }
            for (double coefficient :
                    new RandomBiasField(0.5).draw(stream(i), volume).coefficients()) {
                if (at < 15) {
                    draws[at++][i] = coefficient + 0.5;
                }
            }
            Motion motion = new RandomMotion(10, Length.voxels(10), false).draw(stream(i), volume);
            for (Movement movement : new Movement[] {motion.first(), motion.second()}) {
                for (int axis = 0; axis < 3; axis++) {
                    draws[at++][i] = movement.angles()[axis] / 20 + 0.5;
                    draws[at++][i] = movement.translations()[axis] / 20 + 0.5;
                }
            }
            draws[at++][i] = (motion.firstTime() - 1 / 3.0) * 5 + 0.5;
            draws[at++][i] = (motion.secondTime() - 2 / 3.0) * 5 + 0.5;
            RandomAffine.Affine affine = new RandomAffine(0.1, -5, 5).draw(stream(i), volume);
            for (int axis = 0; axis < 3; axis++) {
                draws[at++][i] = (affine.scales()[axis] - 0.9) / 0.2;
                draws[at++][i] = affine.angles()[axis] / 10 + 0.5;
            }
            draws[at][i] = new RandomFlip(0, 0.5).draw(stream(i), volume).reversed() ? 1 : 0;
        }
        for (int d = 0; d < 35; d++) {
            double mean = Arrays.stream(draws[d]).average().orElseThrow();
            double variance = Arrays.stream(draws[d])
                    .map(u -> (u - 0.5) * (u - 0.5))
                    .average()
                    .orElseThrow();
            assertThat(mean).as("draw " + d).isCloseTo(0.5, within(5 / Math.sqrt(12.0 * n)));
            assertThat(variance).as("draw " + d).isCloseTo(1 / 12.0, within(5 / Math.sqrt(180.0 * n)));
            assertThat(Arrays.stream(draws[d])).as("draw " + d).allMatch(u -> u > -1e-9 && u < 1 + 1e-9);
        }
        assertThat(Arrays.stream(draws[35]).sum() / n).isCloseTo(0.5, within(2.5 / Math.sqrt(n)));
        RandomAffine.Affine original = new RandomAffine(0.1, 2, 2).draw(stream(0), volume);
        assertThat(original.angles()).containsExactly(2, 2, 2);
    }

    @Provide
    Arbitrary<Recipe> recipes() {
        return Arbitraries.of(Recipe.TORCHIO, Recipe.CENTRED);
    }

    /** Every transform on volumes of any shape, of noise, steps, one bright voxel, or one value. */
    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void neverNaNOrInfinite(
            @ForAll("recipes") Recipe recipe,
            @ForAll @IntRange(min = 1, max = 19) int x,
            @ForAll @IntRange(min = 1, max = 19) int y,
            @ForAll @IntRange(min = 1, max = 35) int z,
            @ForAll boolean colour,
            @ForAll @IntRange(min = 0, max = 3) int kind,
            @ForAll int seed) {
        Volume volume = random(seed, colour ? 3 : 1, x, y, z);
        float[] values = volume.values();
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (kind) {
                case 0 -> values[i];
                case 1 -> values[i] < 0.5f ? 0 : 1;
                case 2 -> i == 0 ? 1 : 0;
                default -> 0.7f;
            };
        }
        for (Recipe.Step step : recipe.steps()) {
            step.transform().draw(new RandomStream(seed, 0, 0, 1), volume).apply(volume);
            assertThat(volume.firstNotFinite()).as(step.transform().name()).isEqualTo(-1);
        }
    }

    @Test
    void refusesWrongParameters() {
        assertThatThrownBy(() -> Length.voxels(-1)).hasMessageContaining("length is -1.0");
        assertThatThrownBy(() -> new RandomBiasField.BiasField(new double[19])).hasMessageContaining("was 19");
    }
}
