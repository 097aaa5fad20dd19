package dev.voxgrad.medmnist.augment;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.engine.volume.Volume;
import dev.voxgrad.medmnist.augment.RandomMotion.Movement;
import dev.voxgrad.medmnist.data.npz.NpyArray;
import dev.voxgrad.medmnist.data.npz.NpzFile;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Compares the transforms with NumPy's and SciPy's, FFTs included, on volumes of several shapes and channels; the
 * expected values were written by {@code bench/python/torchio_recipe.py --golden}.
 */
class ScipyAgreementTest {
    private static NpyArray read(String name) {
        try {
            Path file =
                    Path.of(ScipyAgreementTest.class.getResource("scipy.npz").toURI());
            try (NpzFile npz = NpzFile.open(file)) {
                return npz.read(name);
            }
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void assertAgrees(String name, int index, Transform.Change change, double bound) {
        NpyArray input = read("volume" + index);
        int[] shape = input.shape();
        Volume volume = new Volume(shape[0], shape[1], shape[2], shape[3]);
        System.arraycopy(input.toFloats(), 0, volume.values(), 0, volume.values().length);
        change.apply(volume);
        double[] expected = read(name + index).toDoubles();
        assertThat(expected).hasSize(volume.values().length);
        double worst = 0;
        for (int i = 0; i < expected.length; i++) {
            worst = Math.max(worst, Math.abs(volume.values()[i] - expected[i]));
        }
        assertThat(worst).as(name).isLessThan(bound);
    }

    /** SciPy sums in double and rounds to float after each axis. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void blur(int index) {
        double[] s = read("sigmas" + index).toDoubles();
        assertAgrees("blur", index, new RandomBlur.Blur(s[0], s[1], s[2]), 1e-6);
    }

    /** Values of up to 10, rounded to float on both sides. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void biasField(int index) {
        assertAgrees(
                "bias",
                index,
                new RandomBiasField.BiasField(read("coefficients" + index).toDoubles()),
                2e-6);
    }

    /** NumPy's side transforms in complex numbers of single precision. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void motion(int index) {
        double[] m = read("movements" + index).toDoubles();
        double[] times = read("times" + index).toDoubles();
        Movement first = new Movement(Arrays.copyOfRange(m, 0, 3), Arrays.copyOfRange(m, 3, 6));
        Movement second = new Movement(Arrays.copyOfRange(m, 6, 9), Arrays.copyOfRange(m, 9, 12));
        assertAgrees("motion", index, new RandomMotion.Motion(first, second, times[0], times[1], false), 2e-6);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void affine(int index) {
        assertAgrees(
                "affine",
                index,
                new RandomAffine.Affine(
                        read("scales" + index).toDoubles(),
                        read("angles" + index).toDoubles()),
                1e-6);
    }
}
