package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.medmnist.data.npz.NpyArray;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests {@code train --class-weights} on volumes of which three in four are of class 0. */
class ClassWeightsTest {
    @TempDir
    private static Path shared;

    private static Path volumes;

    @TempDir
    private Path folder;

    @BeforeAll
    static void makeVolumes() {
        volumes = TestVolumes.write(shared.resolve("uneven.npz"), uneven(2, 24));
    }

    /** Returns volumes whose training split has class 0 in three quarters of them; the other splits are balanced. */
    private static Map<String, NpyArray> uneven(int classes, int train) {
        Map<String, NpyArray> arrays = TestVolumes.arrays(8, 1, classes, train, 12, 4);
        long[] labels = new long[train];
        for (int i = 0; i < train; i++) {
            labels[i] = i % 4 == 3 ? 1 : 0;
        }
        arrays.put("train_labels", NpyArray.ofLongs(labels, train, 1));
        return arrays;
    }

    private static Cli train(Path file, Path run, int epochs, Object... more) {
        List<Object> words = new ArrayList<>(List.of(
                "train",
                "--npz",
                file,
                "--out",
                run,
                "--models",
                1,
                "--nets",
                "net1",
                "--epochs",
                epochs,
                "--batch-size",
                8,
                "--seed",
                3,
                "--augment",
                "none"));
        words.addAll(Arrays.asList(more));
        return Cli.run(words.toArray());
    }

    private Map<String, String> outcome(String name, Object... more) throws IOException {
        train(volumes, folder.resolve(name), 2, more).succeeded();
        return ChildTraining.outcome(folder.resolve(name));
    }

    @Test
    void balancedWeightsComeFromTheTrainSplit() throws IOException {
        Map<String, String> plain = outcome("plain");
        Map<String, String> balanced = outcome("balanced", "--class-weights", "balanced");
        // 24/(2·18) and 24/(2·6).
        assertThat(Files.readString(folder.resolve("balanced/run.json")).replaceAll("\\s", ""))
                .contains("\"classWeights\":{\"asked\":\"balanced\",\"values\":[0.6666666666666666,2.0]}");
        assertThat(balanced.get("history.csv")).isNotEqualTo(plain.get("history.csv"));
        assertThat(outcome("numbers", "--class-weights", "0.6666666666666666,2"))
                .isEqualTo(balanced);
        assertThat(outcome("none", "--class-weights", "none")).isEqualTo(plain);
    }

    @Test
    void resumesWithSameWeightsAndRefusesOthers() throws IOException {
        Map<String, String> whole = outcome("whole", "--class-weights", "balanced");
        Path run = folder.resolve("parts");
        train(volumes, run, 1, "--class-weights", "balanced").succeeded();
        Cli.run("train", "--resume", run, "--class-weights", "1,2")
                .refused("--class-weights is 1.0,2.0, but the run was started with balanced");
        Cli.run("train", "--resume", run, "--class-weights", "balanced", "--epochs", 2)
                .succeeded();
        assertThat(ChildTraining.outcome(run)).isEqualTo(whole);
        assertThat(Files.readString(run.resolve("run.json"))).contains("0.6666666666666666");
    }

    /** The purpose of the option: more volumes of the rare class are found, at the same threshold. */
    @Test
    void weightsRaiseTheRecallOfTheRareClass() throws IOException {
        double[] found = new double[2];
        for (int way = 0; way < 2; way++) {
            Path run = folder.resolve("way" + way);
            train(volumes, run, 2, "--class-weights", way == 0 ? "100,1" : "1,100")
                    .succeeded();
            Path scores = folder.resolve("scores" + way + ".csv");
            Cli.run(
                            "predict",
                            "--net",
                            "net1",
                            "--npz",
                            volumes,
                            "--split",
                            "train",
                            "--out",
                            scores,
                            "--weights",
                            run.resolve("weights/member-00-net1-last.safetensors"))
                    .succeeded();
            found[way] = Files.readAllLines(scores).stream()
                    .mapToDouble(line -> Double.parseDouble(line.split(",")[2]))
                    .average()
                    .orElseThrow();
        }
        assertThat(found[1]).as("mean probability of class 1").isGreaterThan(found[0] + 0.1);
    }

    @Test
    void refusesWeightsThatDoNotFitTheVolumes() throws IOException {
        train(volumes, folder.resolve("run"), 2, "--class-weights", "1,2,3").failed("3 numbers", "2 classes");
        Path missing = TestVolumes.write(folder.resolve("missing.npz"), uneven(3, 24));
        train(missing, folder.resolve("run"), 2, "--class-weights", "balanced")
                .failed("no weight for class 2 (2)", "give the weights as numbers");
        Map<String, NpyArray> arrays = TestVolumes.arrays(8, 1, 2, 8, 4, 4);
        for (String split : List.of("train", "val", "test")) {
            int count = arrays.get(split + "_labels").count();
            long[] labels = new long[2 * count];
            for (int i = 0; i < labels.length; i++) {
                labels[i] = i / 2 % 2;
            }
            arrays.put(split + "_labels", NpyArray.ofLongs(labels, count, 2));
        }
        Path several = TestVolumes.write(folder.resolve("several.npz"), arrays);
        train(several, folder.resolve("run"), 2, "--class-weights", "balanced")
                .failed("each has 2 labels that are yes or no", "leave the option out");
        assertThat(folder.resolve("run")).doesNotExist();
    }
}
