package dev.voxgrad.medmnist.baseline.model;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.voxgrad.medmnist.data.npz.NpyArray;
import dev.voxgrad.medmnist.data.npz.NpzFile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

/** Compares coefficients with those of scikit-learn 1.2.1, which {@code write_logistic.py} has stored. */
class LogisticRegressionTest {
    @TempDir
    private Path folder;

    private Path golden;

    @BeforeEach
    void copyGoldenValues() throws IOException {
        golden = folder.resolve("logistic.npz");
        try (InputStream in = Objects.requireNonNull(getClass().getResourceAsStream("logistic.npz"))) {
            Files.copy(in, golden);
        }
    }

    private NpyArray golden(String name) {
        try (NpzFile file = NpzFile.open(golden)) {
            return file.read(name);
        }
    }

    /** The last four problems have more features than rows, or features that are nearly or exactly the same. */
    @ParameterizedTest
    @CsvSource({
        "two,0.01",
        "two,1",
        "two,100",
        "three,0.01",
        "three,1",
        "three,100",
        "eleven,0.1",
        "eleven,10",
        "wide,0.01",
        "wide,1",
        "wide3,0.05",
        "wide3,5",
        "correlated,1",
        "correlated,100"
    })
    void coefficientsEqualThoseOfScikitLearn(String name, String c) {
        double[][] x = golden(name + ".x").toRows();
        int[] y = golden(name + ".y").toInts();
        int classes = Arrays.stream(y).max().orElseThrow() + 1;
        LogisticRegression.Fitted fitted =
                new LogisticRegression(Double.parseDouble(c)).fit(new FeatureMatrix(x), y, classes, 1, 1);
        String key = name + "." + c + ".";
        assertClose(fitted.weights(), golden(key + "coefficients").toRows());
        assertClose(
                new double[][] {fitted.intercepts()},
                new double[][] {golden(key + "intercepts").toDoubles()});
        assertClose(
                Arrays.copyOf(fitted.probabilities(x), 5),
                golden(key + "probabilities").toRows());
    }

    private static void assertClose(double[][] found, double[][] expected) {
        assertThat(found).hasDimensions(expected.length, expected[0].length);
        for (int k = 0; k < expected.length; k++) {
            assertThat(found[k]).containsExactly(expected[k], within(1e-6));
        }
    }

    @Test
    void coordinatesOfRowsAndFeaturesGiveTheSameMinimum() {
        double[][] x =
                Standardizer.of(golden("two.x").toRows()).apply(golden("two.x").toRows());
        int[] y = golden("two.y").toInts();
        double[] byFeatures = new NewtonSolver(new Design.OfFeatures(x), y, 1, 0.7).solve()[0];
        double[] byRows = new NewtonSolver(new Design.OfRows(Columns.gram(x)), y, 1, 0.7).solve()[0];
        double[] weights = new double[x[0].length];
        for (int i = 0; i < x.length; i++) {
            Vectors.addTo(weights, byRows[i], x[i]);
        }
        assertThat(weights).containsExactly(Arrays.copyOf(byFeatures, weights.length), within(1e-8));
        assertThat(byRows[x.length]).isCloseTo(byFeatures[weights.length], within(1e-8));
    }

    @Test
    void textsAreReadAgain() {
        for (String text : new String[] {"logistic:0.01", "logistic:1", "logistic:100", "logistic:0.001"}) {
            assertThat(Classifier.of(text).text()).isEqualTo(text);
        }
        for (String text : new String[] {"logistic", "logistic:", "logistic:-1", "logistic:0", "logistic:x", "svm:1"}) {
            assertThatThrownBy(() -> Classifier.of(text)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
