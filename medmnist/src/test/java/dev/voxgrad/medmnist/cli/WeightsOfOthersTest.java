package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.nn.NamedTensor;
import dev.voxgrad.nn.weights.WeightsFile;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests weights with a wrapper's names and without batch norm's counters, for prediction and as a start. */
class WeightsOfOthersTest {
    @TempDir
    private Path folder;

    @Test
    void predictsTheSameAndReportsAdaptations() throws IOException {
        Path volumes = TestVolumes.write(folder.resolve("own.npz"), 8, 1, 2, 6, 4, 4);
        Cli.run("train", "--npz", volumes, "--out", folder.resolve("run"), "--models", 1, "--epochs", 1)
                .succeeded();
        Path own = folder.resolve("run/weights/member-00-net1-last.safetensors");
        Path others = folder.resolve("others.safetensors");
        SequencedMap<String, NamedTensor> tensors = new LinkedHashMap<>();
        WeightsFile.read(own).tensors().forEach((name, tensor) -> {
            if (tensor instanceof NamedTensor.Floats floats) {
                tensors.put(
                        "module." + name, new NamedTensor.Floats("module." + name, floats.shape(), floats.values()));
            }
        });
        new WeightsFile(tensors).write(others);
        assertThat(predict(volumes, own, "own.csv").err()).doesNotContain("removed");
        assertThat(predict(volumes, others, "others.csv").err())
                .contains(others + ": the prefix 'module.' was removed from all names; 4 counters of batches");
        assertThat(Files.readString(folder.resolve("others.csv")))
                .isEqualTo(Files.readString(folder.resolve("own.csv")));
        Cli trained = Cli.run(
                "train",
                "--npz",
                volumes,
                "--models",
                1,
                "--epochs",
                1,
                "--out",
                folder.resolve("next"),
                "--init-weights",
                others);
        assertThat(trained.code()).as(trained.err()).isZero();
        assertThat(trained.out()).contains(others + ": the prefix 'module.' was removed");
    }

    @Test
    void warnsIfInitialWeightsWereTrainedOnVolumesPreparedDifferently() {
        Path volumes = TestVolumes.write(folder.resolve("own.npz"), 8, 1, 2, 6, 4, 4);
        Cli.run("train", "--npz", volumes, "--out", folder.resolve("run"), "--models", 1, "--epochs", 1)
                .succeeded();
        Path weights = folder.resolve("run/weights/member-00-net1-last.safetensors");
        String warning = weights + ": was trained on volumes prepared in this way: z-normalised, except";
        assertThat(next(volumes, weights, "other", "none").out())
                .contains(warning)
                .contains("this run prepares them differently: values from 0 to 1");
        assertThat(next(volumes, weights, "equal", "study").out()).doesNotContain("was trained on volumes");
    }

    private Cli next(Path volumes, Path weights, String out, String normalise) {
        return Cli.run(
                        "train",
                        "--npz",
                        volumes,
                        "--models",
                        1,
                        "--epochs",
                        1,
                        "--out",
                        folder.resolve(out),
                        "--init-weights",
                        weights,
                        "--normalise",
                        normalise)
                .succeeded();
    }

    private Cli predict(Path volumes, Path weights, String out) {
        Cli result = Cli.run(
                "predict",
                "--npz",
                volumes,
                "--net",
                "net1",
                "--weights",
                weights,
                "--split",
                "val",
                "--out",
                folder.resolve(out));
        assertThat(result.code()).as(result.err()).isZero();
        return result;
    }
}
