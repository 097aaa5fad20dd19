package dev.voxgrad.medmnist.fuzz;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.voxgrad.medmnist.baseline.BaselineFiles;
import dev.voxgrad.medmnist.baseline.MadeUpBaseline;
import dev.voxgrad.medmnist.baseline.model.FeatureMatrix;
import dev.voxgrad.medmnist.baseline.model.ModelArrays;
import dev.voxgrad.medmnist.baseline.model.ModelSpec;
import dev.voxgrad.medmnist.baseline.model.Targets;
import dev.voxgrad.medmnist.baseline.model.TwoMoons;
import dev.voxgrad.medmnist.data.SyntheticShapes;
import dev.voxgrad.medmnist.data.npz.NpyArray;
import dev.voxgrad.medmnist.data.npz.NpyWriter;
import dev.voxgrad.medmnist.data.npz.NpzFile;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.run.json.RunJson;

/** Makes descriptions and models of baselines with false numbers, and reads them. */
final class BaselineInputs {
    private static final int FEATURES = 4;
    private static final int CLASSES = 3;
    private static final double[][] ROWS = TwoMoons.rows(40, FEATURES, 1);
    private static final String INFO = info();

    private BaselineInputs() {}

    private static String info() {
        SyntheticShapes.Settings shapes = new SyntheticShapes.Settings(1, 6, 4, 3, 2, 1);
        return RunJson.write(MadeUpBaseline.info(DataSource.synthetic(shapes), SyntheticShapes.make(shapes)));
    }

    static byte[] info(Chance chance) {
        return JsonInputs.bytes(INFO, chance);
    }

    /** Reads {@code baseline.json}, next to which there is nothing else. */
    static void readInfo(Path file) {
        BaselineFiles files = BaselineFiles.open(file.getParent());
        files.info().portable();
        files.info().dataAsTaken();
        files.trainOutOfFold();
        files.info()
                .chosen()
                .forEach(chosen ->
                        files.info().candidates().get(chosen.candidate()).name());
    }

    /** Returns a target for one kind of model. */
    static Target model(String text) {
        Map<String, NpyArray> whole = arrays(text);
        return new Target(
                "baseline " + text.replaceAll("\\W", "-"),
                ".npz",
                chance -> damaged(whole, chance),
                file -> readModel(text, file),
                Readers.DATA);
    }

    private static Map<String, NpyArray> arrays(String text) {
        ModelArrays.Writer out = new ModelArrays.Writer();
        ModelSpec.of(text)
                .fit(
                        new FeatureMatrix(ROWS),
                        new Targets(new int[][] {TwoMoons.labels(ROWS, CLASSES)}, CLASSES, false),
                        1,
                        1)
                .writeTo(out);
        return out.arrays();
    }

    private static byte[] damaged(Map<String, NpyArray> whole, Chance chance) {
        Map<String, NpyArray> arrays = new LinkedHashMap<>(whole);
        List<String> names = new ArrayList<>(arrays.keySet());
        for (int times = chance.below(3); times > 0; times--) {
            String name = names.get(chance.below(names.size()));
            if (chance.in(8)) {
                arrays.remove(name);
            } else {
                arrays.put(name, changed(whole.get(name), chance));
            }
        }
        byte[] file = NpyWriter.npz(arrays, chance.in(2) ? NpyWriter.Packing.STORED : NpyWriter.Packing.DEFLATED);
        return chance.in(4) ? Damage.bytes(file, chance) : file;
    }

    /** Returns an array with another value or another shape. */
    private static NpyArray changed(NpyArray array, Chance chance) {
        int count = array.count();
        boolean isWhole = array.type().kind().isInteger();
        long[] integers = new long[count];
        double[] numbers = array.toDoubles();
        for (int i = 0; isWhole && i < count; i++) {
            integers[i] = array.getLong(i);
        }
        int at = chance.below(count);
        long number = chance.number();
        integers[at] = number;
        numbers[at] = chance.in(2) ? Double.longBitsToDouble(number) : number;
        int[] shape = chance.in(6) ? new int[] {1, count} : array.shape();
        return isWhole ? NpyArray.ofLongs(integers, shape) : NpyArray.ofDoubles(numbers, shape);
    }

    private static void readModel(String text, Path file) {
        try (NpzFile npz = NpzFile.open(file)) {
            ModelSpec.of(text)
                    .read(ModelArrays.of(npz, file.toString()), FEATURES, CLASSES, false)
                    .probabilities(ROWS);
        }
    }
}
