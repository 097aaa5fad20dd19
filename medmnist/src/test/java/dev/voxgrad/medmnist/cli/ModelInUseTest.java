package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.medmnist.data.npz.NpyArray;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** Tests a trained ensemble in use: predictions of volumes with and without labels, from the run and from a bundle. */
class ModelInUseTest {
    private static final int TEST = 9;

    @TempDir
    private static Path folder;

    private static Path volumes;
    private static Path unlabelled;
    private static Path run;

    @BeforeAll
    static void train() {
        volumes = TestVolumes.write(folder.resolve("own.npz"), 8, 1, 2, 24, 14, TEST);
        unlabelled = images("new.npz", TestVolumes.arrays(8, 1, 2, 24, 14, TEST).get("test_images"));
        run = folder.resolve("run");
        train(volumes, run, "--labels", "healthy,\"odd, rare\"");
    }

    private static void train(Path npz, Path out, Object... more) {
        List<Object> arguments = new ArrayList<>(List.of("train", "--npz", npz, "--out", out));
        arguments.addAll(List.of("--models", 2, "--nets", "net1", "--epochs", 2, "--batch-size", 8));
        arguments.addAll(List.of("--augment", "none", "--lr", 0.003));
        arguments.addAll(Arrays.asList(more));
        Cli.run(arguments.toArray()).succeeded();
    }

    private static Path images(String name, NpyArray images) {
        return TestVolumes.write(folder.resolve(name), Map.of("images", images));
    }

    private Cli predict(Object model, Path out, Object... more) {
        List<Object> arguments = new ArrayList<>(List.of("predict", model, "--out", out));
        arguments.addAll(Arrays.asList(more));
        return Cli.run(arguments.toArray());
    }

    /** Returns the lines of a table, each as its fields; no field of these tests has a quote within. */
    private static List<List<String>> rows(Path csv) throws IOException {
        String text = Files.readString(csv);
        assertThat(text).endsWith("\r\n").doesNotContainPattern("[^\r]\n");
        return text.lines()
                .map(line -> Stream.of(line.split(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)"))
                        .map(field -> field.replace("\"", ""))
                        .toList())
                .toList();
    }

    private static double number(List<List<String>> rows, int row, String column) {
        return Double.parseDouble(rows.get(row).get(rows.getFirst().indexOf(column)));
    }

    @Test
    void predictsVolumesWithoutLabels() throws IOException {
        Path out = folder.resolve("unlabelled.csv");
        Cli cli = predict(run, out, "--npz", unlabelled).succeeded();
        assertThat(cli.out()).contains("9 volumes").doesNotContain("AUC");
        List<List<String>> rows = rows(out);
        assertThat(rows.getFirst())
                .containsExactly(
                        "volume", "predicted", "p(healthy)", "p(odd, rare)", "sd(healthy)", "sd(odd, rare)", "entropy");
        assertThat(Files.readString(out)).contains("\"p(odd, rare)\"");
        assertThat(rows).hasSize(1 + TEST);
        for (int i = 1; i <= TEST; i++) {
            double p = number(rows, i, "p(odd, rare)");
            assertThat(rows.get(i).getFirst()).isEqualTo(String.valueOf(i - 1));
            assertThat(rows.get(i).get(1)).isEqualTo(p > 0.5 ? "odd, rare" : "healthy");
            assertThat(number(rows, i, "p(healthy)") + p).isCloseTo(1, within(1e-12));
            assertThat(number(rows, i, "sd(healthy)"))
                    .isCloseTo(number(rows, i, "sd(odd, rare)"), within(1e-12))
                    .isPositive();
            assertThat(number(rows, i, "entropy"))
                    .isCloseTo(-p * Math.log(p) - (1 - p) * Math.log(1 - p), within(1e-12));
        }
    }

    @Test
    void scoresOfTheRunsOwnVolumesAreThoseOfEnsemble() throws IOException {
        Path out = folder.resolve("own.csv");
        String own = predict(run, out).succeeded().out();
        String ensemble = Cli.run("ensemble", run).succeeded().out();
        String auc = own.replaceAll("(?s).*AUC ([0-9.]{5}).*", "$1");
        assertThat(ensemble).containsPattern("ensemble +weighted +" + auc);
        List<List<String>> labelled = rows(out);
        assertThat(labelled.getFirst()).endsWith("entropy", "label");
        assertThat(labelled.get(1)).endsWith("healthy");
        assertThat(labelled.get(2)).endsWith("odd, rare");
        predict(run, out, "--npz", volumes).succeeded();
        assertThat(rows(out)).isEqualTo(labelled);
        Path plain = folder.resolve("plain.csv");
        predict(run, plain, "--npz", unlabelled, "--batch-size", 2).succeeded();
        for (int i = 1; i <= TEST; i++) {
            assertThat(rows(plain).get(i))
                    .isEqualTo(labelled.get(i).subList(0, labelled.get(i).size() - 1));
        }
    }

    @Test
    void choosesMembersWeightsAndAugmentation() throws IOException {
        Path all = folder.resolve("all.csv");
        Path one = folder.resolve("one.csv");
        predict(run, all, "--npz", unlabelled, "--ensemble", "uniform").succeeded();
        predict(run, one, "--npz", unlabelled, "--ensemble", "uniform", "--members", 1)
                .succeeded();
        assertThat(rows(one)).isNotEqualTo(rows(all)).hasSameSizeAs(rows(all));
        Path list = Files.writeString(folder.resolve("only-1.txt"), "last = 1\nbest = 1\nmember.0 = 0\n");
        predict(run, all, "--npz", unlabelled, "--ensemble", list).succeeded();
        assertThat(rows(all)).isEqualTo(rows(one));
        predict(run, all, "--npz", unlabelled, "--ensemble", "greedy").succeeded();
        predict(run, all, "--npz", unlabelled, "--tta", 2).succeeded();
        assertThat(rows(all)).isNotEqualTo(rows(one));
    }

    @Test
    void bundleGivesTheSameBytesAndFitsInABlank() throws IOException {
        Path elsewhere = Files.createDirectory(folder.resolve("a folder"));
        Path bundle = elsewhere.resolve("my model.zip");
        Cli.run("bundle", run, "--out", bundle).succeeded();
        Path again = elsewhere.resolve("again.zip");
        Path copy = copyOfRun("copy of the run");
        Cli.run("bundle", copy, "--out", again).succeeded();
        byte[] bytes = Files.readAllBytes(bundle);
        assertThat(new String(bytes, StandardCharsets.ISO_8859_1))
                .contains("Not for clinical use", "weights/member-01-net1-best.safetensors")
                .doesNotContain(folder.toString());
        assertThat(again).hasSameBinaryContentAs(bundle);
        Path fromRun = folder.resolve("from-run.csv");
        Path fromBundle = elsewhere.resolve("from bundle.csv");
        predict(run, fromRun, "--npz", unlabelled).succeeded();
        predict(bundle, fromBundle, "--npz", unlabelled).succeeded();
        assertThat(fromBundle).hasSameBinaryContentAs(fromRun);
    }

    private Path copyOfRun(String name) throws IOException {
        Path copy = Files.createDirectory(folder.resolve(name));
        try (Stream<Path> files = Files.walk(run)) {
            for (Path file : files.toList()) {
                Path to = copy.resolve(run.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(to);
                } else {
                    Files.copy(file, to);
                }
            }
        }
        return copy;
    }

    @Test
    void bundleKeepsChosenMembersAndFittedWeights() throws IOException {
        Path bundle = folder.resolve("chosen.zip");
        Cli.run("bundle", run, "--members", "1", "--ensemble", "validation-auc", "--out", bundle)
                .succeeded();
        Path fromRun = folder.resolve("chosen-run.csv");
        Path fromBundle = folder.resolve("chosen-bundle.csv");
        predict(run, fromRun, "--npz", unlabelled, "--members", "1", "--ensemble", "validation-auc")
                .succeeded();
        predict(bundle, fromBundle, "--npz", unlabelled).succeeded();
        assertThat(fromBundle).hasSameBinaryContentAs(fromRun);
        predict(bundle, fromBundle, "--npz", unlabelled, "--members", "0").failed("finished members are [1]");
        predict(bundle, fromBundle).refused("A bundle does not say where", "--npz");
        Cli.run("bundle", run, "--out", bundle).failed("exists already");
    }

    @Test
    void refusesOtherShapesAndChannelsUnlessAccepted() {
        Path larger = images("larger.npz", TestVolumes.arrays(10, 1, 2, 4, 4, 4).get("test_images"));
        Path colour = images("colour.npz", TestVolumes.arrays(8, 3, 2, 4, 4, 4).get("test_images"));
        Path out = folder.resolve("refused.csv");
        predict(run, out, "--npz", larger)
                .failed("larger.npz: has volumes of [1,10,10,10]", "trained on [1,8,8,8]", "--other-shape");
        predict(run, out, "--npz", colour).failed("colour.npz: has volumes of [3,8,8,8]", "trained on [1,8,8,8]");
        predict(run, out, "--npz", colour, "--other-shape").failed("belongs to another net");
        assertThat(out).doesNotExist();
    }

    @Test
    void refusesAnotherScaleUnlessAccepted() {
        Path out = folder.resolve("scale.csv");
        NpyArray bytes = TestVolumes.arrays(8, 1, 2, 4, 4, 4).get("test_images");
        float[] values = bytes.toFloats();
        for (int i = 0; i < values.length; i++) {
            values[i] = values[i] * 4 - 500;
        }
        Path scan = images("scan.npz", NpyArray.ofFloats(values, bytes.shape()));
        predict(run, out, "--npz", scan)
                .failed("scan.npz: holds", "the model was trained on values from 0 to 255", "--window LO,HI");
        Cli told = predict(run, out, "--npz", scan, "--window", "-500,520");
        assertThat(told.code()).as(told.err()).isZero();
        assertThat(told.err()).contains("--window is -500,520, but the model was trained with 0,255");
        for (int i = 0; i < values.length; i++) {
            values[i] = values[i] > 0 ? 1 : 0;
        }
        predict(run, out, "--npz", images("masks.npz", NpyArray.ofFloats(values, bytes.shape())))
                .failed("only 0 and 1, like masks");
    }

    @Test
    void choosesTheArrayOfANpz() throws IOException {
        Path out = folder.resolve("arrays.csv");
        Map<String, NpyArray> arrays = TestVolumes.arrays(8, 1, 2, 5, 6, 7);
        Map<String, NpyArray> some = new LinkedHashMap<>();
        some.put("train_images", arrays.get("train_images"));
        some.put("val_images", arrays.get("val_images"));
        Path two = TestVolumes.write(folder.resolve("two.npz"), some);
        predict(run, out, "--npz", two).failed("has the arrays of [val, train]; choose one with --split");
        predict(run, out, "--npz", two, "--split", "train").succeeded();
        assertThat(rows(out)).hasSize(6);
        some.remove("train_images");
        Path one = TestVolumes.write(folder.resolve("one.npz"), some);
        predict(run, out, "--npz", one).succeeded();
        assertThat(rows(out)).hasSize(7);
        Path none = TestVolumes.write(folder.resolve("none.npz"), Map.of("scans", arrays.get("val_images")));
        predict(run, out, "--npz", none).failed("none.npz: has neither an array images nor test_images");
    }

    @Test
    void predictsIndependentLabels() throws IOException {
        Map<String, NpyArray> arrays = TestVolumes.arrays(8, 1, 2, 24, 14, TEST);
        for (String split : List.of("train", "val", "test")) {
            int[] classes = arrays.get(split + "_labels").toInts();
            long[] labels = new long[classes.length * 2];
            for (int i = 0; i < classes.length; i++) {
                labels[2 * i] = classes[i];
                labels[2 * i + 1] = i % 3 == 0 ? 1 : 0;
            }
            arrays.put(split + "_labels", NpyArray.ofLongs(labels, classes.length, 2));
        }
        Path several = folder.resolve("several");
        train(TestVolumes.write(folder.resolve("several.npz"), arrays), several, "--labels", "bright,third");
        Path out = folder.resolve("several.csv");
        predict(several, out, "--npz", unlabelled).succeeded();
        List<List<String>> rows = rows(out);
        assertThat(rows.getFirst()).contains("p(bright)", "p(third)", "sd(third)");
        for (int i = 1; i <= TEST; i++) {
            List<String> names = new ArrayList<>();
            for (String name : List.of("bright", "third")) {
                if (number(rows, i, "p(" + name + ")") > 0.5) {
                    names.add(name);
                }
            }
            assertThat(rows.get(i).get(1)).isEqualTo(String.join("; ", names));
        }
        predict(several, out).succeeded();
        assertThat(rows(out).get(1)).endsWith("third");
    }

    @Test
    void refusesOptionsThatDoNotFitTogether() {
        Path out = folder.resolve("wrong.csv");
        predict(run, out, "--net", "net1").refused("--net is for a single net");
        predict(run, out, "--rgb").refused("volumes are prepared as in its training");
        predict(run, out, "--labels", "a,b").refused("--labels has no effect on a trained model");
        predict(run, out, "--window", "0,1").refused("--window requires --flag or --npz");
        predict(run, out, "--members", "7").refused("members is '7'");
        predict(run, unlabelled, "--npz", unlabelled).refused("would replace an input file");
        Cli.run("predict", "--out", out).refused("Name a RUN or MODEL.zip");
        Cli.run("predict", "--net", "net1", "--weights", "w", "--npz", "a", "--tta", 2, "--out", out)
                .refused("require a RUN or MODEL.zip");
        predict(folder.resolve("nothing"), out).failed("contains no run");
        predict(unlabelled, out).failed("new.npz: ", "is not a bundle");
    }
}
