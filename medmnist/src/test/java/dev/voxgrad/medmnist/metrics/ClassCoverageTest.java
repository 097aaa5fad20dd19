package dev.voxgrad.medmnist.metrics;

import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.VolumeShape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Splits without some class: their warnings, and the figures that remain defined. */
class ClassCoverageTest {
    private static final VolumeShape VOXEL = new VolumeShape(1, 1);

    private static Split split(String name, int... labels) {
        return Split.of(name, VOXEL, new byte[labels.length], labels);
    }

    private static Split several(String name, int[]... labels) {
        return Split.ofMultiLabel(name, VOXEL, new byte[labels.length], labels);
    }

    private static VolumeData data(Task task, List<String> names, Split train, Split val, Split test) {
        return new VolumeData("own", "", task, names, false, false, Optional.empty(), train, val, test);
    }

    private static VolumeData three(Split train, Split val, Split test) {
        return data(Task.MULTI_CLASS, List.of("a", "b", "c"), train, val, test);
    }

    @Test
    void namesMissingClasses() {
        VolumeData data = three(split("train", 0, 1, 1), split("val", 0, 1, 2), split("test", 2, 2));
        assertThat(ClassCoverage.warnings(data, true)).hasSize(2);
        assertThat(ClassCoverage.warnings(data, true).getFirst())
                .isEqualTo("own: train has no volume of class 2 (c), so nets cannot learn it");
        assertThat(ClassCoverage.warnings(data, true).getLast())
                .startsWith("own: test has volumes of class 2 (c) only, " + "so its test AUC will be undefined");
        assertThat(ClassCoverage.warnings(data, false))
                .as("train and val are split into folds")
                .hasSize(1);
        VolumeData complete = three(data.val(), data.val(), data.val());
        assertThat(ClassCoverage.warnings(complete, true)).isEmpty();
    }

    @Test
    void namesLabelsOfNoneOrAllVolumes() {
        Split test = several("test", new int[] {1, 0, 1}, new int[] {1, 0, 0});
        VolumeData data = data(Task.MULTI_LABEL, List.of("a", "b", "c"), test, test, test);
        assertThat(ClassCoverage.of(data, test).missing())
                .contains("test has only volumes with label 0 (a) and has no volume with label 1 (b)");
    }

    @Test
    void choosingModelsRequiresEveryClass() {
        VolumeData elsewhere = three(split("train", 0, 1, 2), split("val", 0, 1), split("test", 0));
        assertThatThrownBy(() -> ClassCoverage.requireForChoice(elsewhere, elsewhere.val()))
                .isInstanceOf(UndefinedMetricException.class)
                .hasMessageContaining("own val: AUC is not defined: class 2 (c) has 0 of 2 samples")
                .hasMessageContaining("--folds K");
        VolumeData nowhere = three(split("train", 0, 2), split("val", 0, 2), split("test", 0));
        assertThatThrownBy(() -> ClassCoverage.requireForChoice(nowhere, nowhere.val()))
                .hasMessageContaining("class 1 (b)")
                .hasMessageContaining("No volume of any split has this class")
                .hasMessageNotContainingAny("--folds");
        ClassCoverage.requireForChoice(elsewhere, elsewhere.train());
    }

    /** Red against green and green against red by hand: three of four pairs are in the right order. */
    @Test
    void givesDefinedFigures() {
        Split test = split("test", 0, 0, 1, 1);
        VolumeData data = three(split("train", 0, 1, 2), split("val", 0, 1, 2), test);
        double[][] scores = {{0.8, 0.1, 0.1}, {0.3, 0.5, 0.2}, {0.4, 0.4, 0.2}, {0.2, 0.7, 0.1}};
        Metrics metrics = Metrics.whereDefined(data, test, scores);
        assertThat(metrics.hasAuc()).isFalse();
        assertThat(metrics.accuracy()).isEqualTo(0.5);
        UndefinedAuc undefined = UndefinedAuc.of(data, test, scores).orElseThrow();
        assertThat(undefined.areas())
                .containsExactly(new UndefinedAuc.Area(0, "a", 0.75), new UndefinedAuc.Area(1, "b", 0.75));
        assertThat(undefined.footnote("-"))
                .contains(
                        "test has no volume of class 2 (c)",
                        "MedMNIST's evaluator has none",
                        "0 (a) 0.750, 1 (b) 0.750",
                        "not MedMNIST's figure: 0.750");
        Bootstrap intervals = Bootstrap.whereDefined(data, test, scores, 1);
        assertThat(intervals.auc()).isEmpty();
        assertThat(intervals.accuracy().low()).isEqualTo(0);
        assertThat(intervals.accuracy().high()).isEqualTo(1);
    }

    @Test
    void singleClassHasNoAuc() {
        Split test = split("test", 1, 1);
        VolumeData data = data(Task.BINARY, List.of("no", "yes"), test, test, test);
        assertThat(Metrics.whereDefined(data, test, new double[][] {{0.9}, {0.2}})
                        .accuracy())
                .isEqualTo(0.5);
        UndefinedAuc undefined =
                UndefinedAuc.of(data, test, new double[][] {{0.9}, {0.2}}).orElseThrow();
        assertThat(undefined.areas()).isEmpty();
        assertThat(undefined.footnote("-")).endsWith("MedMNIST's evaluator has none here either.");
    }

    @Test
    void completeSplitHasNoUndefinedAuc() {
        Split test = split("test", 0, 1, 0, 1);
        VolumeData data = data(Task.BINARY, List.of("no", "yes"), test, test, test);
        double[][] scores = {{0.8, 0.2}, {0.3, 0.7}, {0.4, 0.6}, {0.5, 0.5}};
        assertThat(Metrics.whereDefined(data, test, scores)).isEqualTo(Metrics.of(data, test, scores));
        assertThat(UndefinedAuc.of(data, test, scores)).isEmpty();
        assertThat(Bootstrap.whereDefined(data, test, scores, 5)).isEqualTo(Bootstrap.of(data, test, scores, 5));
    }

    @Test
    void refusesFiguresOutOfRange() {
        assertThatThrownBy(() -> new Metrics(1.5, 0.5)).hasMessageContaining("auc is 1.5; expected 0 to 1");
        assertThatThrownBy(() -> new Metrics(0.5, Double.NaN)).hasMessageContaining("accuracy is NaN");
    }
}
