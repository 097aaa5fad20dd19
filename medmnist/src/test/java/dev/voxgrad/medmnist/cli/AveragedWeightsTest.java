package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.medmnist.data.npz.NpyArray;
import dev.voxgrad.nn.NamedTensor;
import dev.voxgrad.nn.weights.WeightsFile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/** Tests {@code train --ema}. */
class AveragedWeightsTest {
    private static final double DECAY = 0.8;

    @TempDir
    private Path folder;

    private Path volumes;

    /** Writes volumes whose validation labels are unrelated to them, so that the validation metrics go up and down. */
    @BeforeEach
    void makeVolumes() {
        Map<String, NpyArray> arrays = TestVolumes.arrays(8, 1, 2, 12, 30, 4);
        long[] labels = new long[30];
        Arrays.setAll(labels, i -> i / 2 % 2);
        arrays.put("val_labels", NpyArray.ofLongs(labels, 30, 1));
        volumes = TestVolumes.write(folder.resolve("volumes.npz"), arrays);
    }

    /** Trains with one step per epoch, so that a run of e epochs ends with the weights after step e. */
    private Path train(int epochs, double ema) {
        Path run = folder.resolve("epochs" + epochs + "-ema" + ema);
        Cli.run(
                        "train",
                        "--npz",
                        volumes,
                        "--out",
                        run,
                        "--models",
                        1,
                        "--nets",
                        "net1",
                        "--epochs",
                        epochs,
                        "--batch-size",
                        12,
                        "--seed",
                        3,
                        "--augment",
                        "none",
                        "--ema",
                        ema)
                .succeeded();
        return run;
    }

    private static SequencedMap<String, NamedTensor> last(Path run) {
        return WeightsFile.read(run.resolve("weights/member-00-net1-last.safetensors"))
                .tensors();
    }

    /** The saved model is the average of the weights that runs without averaging have after each step. */
    @Test
    void savesTheAverageOverAllSteps() {
        List<Map<String, NamedTensor>> steps = new ArrayList<>();
        for (int epochs = 1; epochs <= 3; epochs++) {
            steps.add(last(train(epochs, 0)));
        }
        int compared = 0;
        for (NamedTensor tensor : last(train(3, DECAY)).values()) {
            String name = tensor.name();
            if (!name.endsWith("weight") && !name.endsWith("bias")) {
                assertThat(tensor)
                        .as("a buffer or counter")
                        .isEqualTo(steps.getLast().get(name));
                continue;
            }
            float[] found = floats(tensor);
            for (int i = 0; i < found.length; i++) {
                double expected = floats(steps.get(0).get(name))[i];
                expected = DECAY * expected + (1 - DECAY) * floats(steps.get(1).get(name))[i];
                expected = DECAY * expected + (1 - DECAY) * floats(steps.get(2).get(name))[i];
                if (!(Math.abs(found[i] - expected) <= 1e-6)) {
                    fail("%s, element %d: expected %s, was %s", name, i, expected, found[i]);
                }
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(1000);
    }

    private static float[] floats(NamedTensor tensor) {
        return ((NamedTensor.Floats) tensor).values();
    }

    /** The average does not affect training, but the validation metrics are those of the average. */
    @Test
    void validatesTheAverage() throws IOException {
        Path run = train(6, DECAY);
        Path plain = train(6, 0);
        assertThat(column(run, 3)).isEqualTo(column(plain, 3));
        assertThat(column(run, 4)).as("validation AUC").isNotEqualTo(column(plain, 4));
        Path scores = folder.resolve("scores.csv");
        Cli predict = Cli.run(
                        "predict",
                        "--net",
                        "net1",
                        "--npz",
                        volumes,
                        "--split",
                        "val",
                        "--out",
                        scores,
                        "--weights",
                        run.resolve("weights/member-00-net1-last.safetensors"))
                .succeeded();
        String[] lastEpoch =
                Files.readAllLines(run.resolve("history.csv")).getLast().split(",");
        assertThat(predict.out())
                .contains(
                        String.format(Locale.ROOT, "AUC %.4f", Double.parseDouble(lastEpoch[4])),
                        String.format(Locale.ROOT, "ACC %.4f", Double.parseDouble(lastEpoch[5])));
    }

    private static List<String> column(Path run, int index) throws IOException {
        return Files.readAllLines(run.resolve("history.csv")).stream()
                .map(line -> line.split(",")[index])
                .toList();
    }

    /** The run.json of older versions has no entries for averages and class weights. */
    @Test
    void resumesRunsOfOlderVersions() throws IOException {
        Path run = train(1, 0);
        Path json = run.resolve("run.json");
        String older = Files.readString(json)
                .replaceAll(",\\s*\"classWeights\" : \\{[^}]*}", "")
                .replaceAll(",\\s*\"ema\" : 0.0", "");
        assertThat(older).contains("patience").doesNotContain("classWeights", "ema\"");
        Files.writeString(json, older);
        Cli.run("train", "--resume", run, "--epochs", 3).succeeded();
        assertThat(ChildTraining.outcome(run)).isEqualTo(ChildTraining.outcome(train(3, 0)));
    }
}
