package dev.voxgrad.medmnist.baseline.model;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.medmnist.data.npz.NpyArray;
import dev.voxgrad.medmnist.data.npz.NpyWriter;
import dev.voxgrad.medmnist.data.npz.NpzFile;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.io.DataFileException;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Gives files of models with false numbers to their reader. */
class ModelArraysTest {
    private static final String TREES = "extra-trees:3";

    @TempDir
    private Path folder;

    private Map<String, NpyArray> arrays;

    @BeforeEach
    void fitTrees() {
        double[][] x = TwoMoons.rows(60, 4, 1);
        ModelArrays.Writer out = new ModelArrays.Writer();
        ModelSpec.of(TREES)
                .fit(new FeatureMatrix(x), new Targets(new int[][] {TwoMoons.labels(x, 2)}, 2, false), 1, 1)
                .writeTo(out);
        arrays = new LinkedHashMap<>(out.arrays());
    }

    /** Otherwise they would be written, and could not be read. */
    @Test
    void componentsThatAreTooLargeForAFileAreNotFitted() {
        double[] row = new double[ModelArrays.MOST_ELEMENTS / 100 + 1];
        FeatureMatrix x = new FeatureMatrix(Collections.nCopies(100, row).toArray(double[][]::new));
        int[] labels = IntStream.range(0, 100).map(i -> i % 2).toArray();
        Targets targets = new Targets(new int[][] {labels}, 2, false);
        assertThatThrownBy(() -> ModelSpec.of("pca:100+logistic:1").fit(x, targets, 1, 1))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("100 components of 671089 features");
    }

    @Test
    void childrenThatComeBeforeTheirNodeAreRefused() {
        int[] left = arrays.get("part0.left").toInts();
        left[0] = 0; // an endless walk
        assertRefused("part0.left", longs(left), "children");
        left[0] = left.length - 1; // its right child would be outside of the tree
        assertRefused("part0.left", longs(left), "children");
    }

    @Test
    void featuresOutsideOfTheRowAreRefused() {
        int[] features = arrays.get("part0.features").toInts();
        features[0] = 4;
        assertRefused("part0.features", longs(features), "outside its range");
    }

    @Test
    void wrongLengthsAndTypesAreRefused() {
        assertRefused("part0.nodes", longs(1, 1), "expected int64 of [3]");
        assertRefused("part0.nodes", longs(1, 1, 1 << 24), "more than any model has");
        assertRefused("part0.nodes", longs(1, 1, 0), "outside its range");
        assertRefused("part0.thresholds", longs(arrays.get("part0.left").toInts()), "expected float64");
        assertRefused("part0.classes", longs(1, 0), "ascending");
        assertRefused("part0.classes", longs(), "is empty");
        assertRefused("part0.classes", longs(0, 7), "outside its range");
    }

    @Test
    void valuesThatAreNotFiniteAreRefused() {
        double[] thresholds = arrays.get("part0.thresholds").toDoubles();
        thresholds[0] = Double.NaN;
        assertRefused("part0.thresholds", NpyArray.ofDoubles(thresholds, thresholds.length), "not finite");
    }

    @Test
    void missingArraysAreNamed() {
        arrays.remove("part0.values");
        assertThatThrownBy(this::read)
                .isInstanceOf(DataFileException.class)
                .hasMessageContaining("has no array part0.values");
    }

    private static NpyArray longs(int... values) {
        return NpyArray.ofLongs(Arrays.stream(values).asLongStream().toArray(), values.length);
    }

    private void assertRefused(String name, NpyArray value, String message) {
        NpyArray before = arrays.put(name, value);
        assertThatThrownBy(this::read).isInstanceOf(DataFileException.class).hasMessageContaining(message);
        arrays.put(name, before);
    }

    private FittedModel read() {
        Path file = folder.resolve("model.npz");
        NpyWriter.writeNpz(file, arrays, NpyWriter.Packing.DEFLATED);
        try (NpzFile npz = NpzFile.open(file)) {
            return ModelSpec.of(TREES).read(ModelArrays.of(npz, file.toString()), 4, 2, false);
        }
    }
}
