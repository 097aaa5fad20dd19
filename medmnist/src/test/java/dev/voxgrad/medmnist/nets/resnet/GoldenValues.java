package dev.voxgrad.medmnist.nets.resnet;

import java.util.Arrays;

import dev.voxgrad.engine.testing.GoldenFormula;
import dev.voxgrad.engine.testing.Npz;
import dev.voxgrad.engine.testing.SharedFiles;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Compares values of a net with those of its golden file, which PyTorch computed in double precision. A whole tensor is
 * compared by its norm and by a probe, a random projection.
 */
final class GoldenValues {
    private final String net;
    private final Npz values;

    /** Reads the file of a net. */
    GoldenValues(ResNet net) {
        this.net = net.name();
        this.values = Npz.read(SharedFiles.require(
                "golden/resnet/ResNet" + net.depth() + "_" + net.kind().label() + "_golden.npz"));
    }

    boolean has(String key) {
        return values.has(key);
    }

    double[] get(String key) {
        return values.get(key);
    }

    /** Returns the number of keys that start so. */
    int count(String prefix) {
        return (int)
                values.names().stream().filter(key -> key.startsWith(prefix)).count();
    }

    /** Compares an array element by element. */
    void checkAbsolute(String key, double[] actual, double tolerance) {
        double[] expected = values.get(key);
        assertThat(actual).as(key).hasSizeGreaterThanOrEqualTo(expected.length);
        double worst = 0;
        for (int i = 0; i < expected.length; i++) {
            worst = Math.max(worst, Math.abs(actual[i] - expected[i]));
        }
        assertBelow(key, worst, tolerance);
    }

    /** Compares norm and probe of a tensor with a pair of golden numbers. */
    void checkDigest(String key, String probe, double[] actual, double tolerance) {
        double[] expected = values.get(key);
        assertBelow(key + ", norm", Math.abs(norm(actual) / expected[0] - 1), tolerance);
        double difference = GoldenFormula.probe(probe, actual) - expected[1];
        assertBelow(key + ", probe", Math.abs(difference) / expected[0], tolerance);
    }

    /** Compares the first elements of a tensor by the norm of their difference. */
    void checkSlice(String key, double[] actual, double tolerance) {
        double[] expected = values.get(key);
        double[] difference = new double[expected.length];
        Arrays.setAll(difference, i -> actual[i] - expected[i]);
        assertBelow(key, norm(difference) / norm(expected), tolerance);
    }

    /** Asserts that an error is small; not a number is not small. */
    void assertBelow(String what, double error, double tolerance) {
        assertThat(error <= tolerance)
                .as("%s, %s: error %.2e, tolerance %.1e", net, what, error, tolerance)
                .isTrue();
    }

    static double norm(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value * value;
        }
        return Math.sqrt(sum);
    }
}
