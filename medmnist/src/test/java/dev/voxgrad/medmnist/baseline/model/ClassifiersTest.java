package dev.voxgrad.medmnist.baseline.model;

import java.nio.file.Path;
import java.util.Arrays;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.medmnist.data.npz.NpyWriter;
import dev.voxgrad.medmnist.data.npz.NpzFile;
import dev.voxgrad.medmnist.io.DataException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

/** Fits every kind of model to a problem that no straight line solves, writes it and reads it again. */
class ClassifiersTest {
    private static final String[] ALL = {
        "logistic:1", "forest:30", "extra-trees:30", "boosted:40", "knn:7", "pca:3+logistic:1", "pca:4+boosted:20"
    };

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"forest:60", "extra-trees:60", "boosted:200", "knn:9"})
    void curvedBordersAreLearned(String text) {
        for (int classes : new int[] {2, 3}) {
            double[][] x = TwoMoons.rows(600, 4, 1);
            int[] y = TwoMoons.labels(x, classes);
            double[][] fresh = TwoMoons.rows(300, 4, 2);
            double[][] p = Classifier.of(text)
                    .fit(new FeatureMatrix(x), y, classes, 1, 2)
                    .probabilities(fresh);
            for (double[] row : p) {
                assertThat(Arrays.stream(row).sum()).isCloseTo(1, within(1e-9));
            }
            assertThat(TwoMoons.accuracy(p, TwoMoons.labels(fresh, classes)))
                    .as(text + " of " + classes)
                    .isGreaterThan(0.75);
        }
    }

    @Test
    void everyModelIsReadAgainExactly() {
        double[][] x = TwoMoons.rows(80, 5, 3);
        Arrays.stream(x).forEach(row -> row[4] = 2); // a constant feature
        for (String text : ALL) {
            Targets several = targets(TwoMoons.labels(x, 3), 3);
            assertReadAgain(text, x, several);
            Targets multiLabel = new Targets(
                    new int[][] {TwoMoons.labels(x, 2), new int[80], TwoMoons.labels(TwoMoons.rows(80, 2, 9), 2)},
                    3,
                    true);
            assertReadAgain(text, x, multiLabel);
        }
    }

    private static Targets targets(int[] labels, int classes) {
        return new Targets(new int[][] {labels}, classes, false);
    }

    private void assertReadAgain(String text, double[][] x, Targets targets) {
        ModelSpec spec = ModelSpec.of(text);
        assertThat(spec.text()).isEqualTo(text);
        FittedModel fitted = spec.fit(new FeatureMatrix(x), targets, 7, 1);
        Path file = folder.resolve("model.npz");
        write(file, fitted);
        double[][] fresh = TwoMoons.rows(20, 5, 4);
        try (NpzFile npz = NpzFile.open(file)) {
            FittedModel read = spec.read(ModelArrays.of(npz, "model.npz"), 5, 3, targets.isMultiLabel());
            assertThat(read.probabilities(fresh)).isDeepEqualTo(fitted.probabilities(fresh));
        }
    }

    private static void write(Path file, FittedModel model) {
        ModelArrays.Writer out = new ModelArrays.Writer();
        model.writeTo(out);
        NpyWriter.writeNpz(file, out.arrays(), NpyWriter.Packing.STORED);
    }

    @Test
    void numberOfThreadsChangesNothing() {
        double[][] x = TwoMoons.rows(100, 6, 5);
        Targets targets = targets(TwoMoons.labels(x, 3), 3);
        for (String text : ALL) {
            double[][] one =
                    ModelSpec.of(text).fit(new FeatureMatrix(x), targets, 1, 1).probabilities(x);
            double[][] seven =
                    ModelSpec.of(text).fit(new FeatureMatrix(x), targets, 1, 7).probabilities(x);
            assertThat(seven).isDeepEqualTo(one);
        }
    }

    @Test
    void classesWithoutRowsGetNoProbability() {
        double[][] x = TwoMoons.rows(60, 3, 6);
        int[] y = TwoMoons.labels(x, 2);
        Arrays.setAll(y, i -> 2 * y[i] + 1); // classes 1 and 3 of 5
        for (String text : ALL) {
            double[][] p = ModelSpec.of(text)
                    .fit(new FeatureMatrix(x), targets(y, 5), 1, 1)
                    .probabilities(x);
            for (double[] row : p) {
                assertThat(new double[] {row[0], row[2], row[4]}).containsOnly(0);
                assertThat(row[1] + row[3]).isCloseTo(1, within(1e-9));
            }
        }
    }

    @Test
    void oneClassAloneIsCertain() {
        double[][] x = TwoMoons.rows(10, 3, 6);
        int[] y = new int[10];
        Arrays.fill(y, 1);
        double[][] p = ModelSpec.of("forest:5")
                .fit(new FeatureMatrix(x), targets(y, 2), 1, 1)
                .probabilities(x);
        for (double[] row : p) {
            assertThat(row).containsExactly(0, 1);
        }
    }

    @Test
    void featuresWithoutAnyInformationGiveTheSharesOfTheClasses() {
        double[][] x = new double[40][3];
        int[] y = new int[40];
        Arrays.fill(y, 0, 10, 1);
        for (String text : new String[] {"logistic:1", "extra-trees:5", "boosted:5", "pca:2+logistic:1"}) {
            double[][] p = ModelSpec.of(text)
                    .fit(new FeatureMatrix(x), targets(y, 2), 1, 1)
                    .probabilities(x);
            assertThat(p[0][1]).as(text).isCloseTo(0.25, within(0.03));
        }
    }

    @Test
    void onlyOneRowPerClassIsEnough() {
        double[][] x = TwoMoons.rows(3, 5, 8);
        for (String text : ALL) {
            double[][] p = ModelSpec.of(text)
                    .fit(new FeatureMatrix(x), targets(new int[] {0, 1, 2}, 3), 1, 1)
                    .probabilities(x);
            assertThat(p).hasDimensions(3, 3);
        }
    }

    @Test
    void valuesThatAreNotFiniteAreRefused() {
        double[][] x = TwoMoons.rows(3, 2, 8);
        x[1][1] = Double.NaN;
        assertThatThrownBy(() -> new FeatureMatrix(x))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("volume 1");
    }

    @Test
    void projectionByGramMatrixEqualsThatByCovariance() {
        double[][] wide = TwoMoons.rows(8, 12, 11);
        Pca byGram = PrincipalAxes.of(wide).first(5);
        // Adding rows twice changes neither mean nor axes, but makes rows more than features.
        double[][] twice = new double[16][];
        Arrays.setAll(twice, i -> wide[i % 8]);
        Pca byCovariance = PrincipalAxes.of(twice).first(5);
        for (int k = 0; k < 5; k++) {
            assertThat(byGram.components()[k]).containsExactly(byCovariance.components()[k], within(1e-9));
        }
        for (int k = 0; k < 5; k++) {
            for (int j = 0; j < 5; j++) {
                assertThat(Vectors.dot(byGram.components()[k], byGram.components()[j]))
                        .isCloseTo(k == j ? 1 : 0, within(1e-9));
            }
        }
        assertThat(PrincipalAxes.of(wide).first(100).components()).hasNumberOfRows(7); // 8 centred rows span 7 axes
    }
}
