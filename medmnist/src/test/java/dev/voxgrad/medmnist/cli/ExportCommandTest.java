package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests what {@code export} writes; {@code OnnxRuntimeTest} of the profile onnx executes it. */
class ExportCommandTest {
    @TempDir
    private static Path folder;

    private static Path run;

    @TempDir
    private Path made;

    @BeforeAll
    static void train() {
        Path volumes = TestVolumes.write(folder.resolve("own.npz"), 8, 1, 2, 6, 4, 4);
        run = folder.resolve("run");
        Cli.run("train", "--npz", volumes, "--out", run, "--models", 2, "--nets", "net1,net2", "--epochs", 1)
                .succeeded();
    }

    private String export(Object... options) throws IOException {
        Object[] words = new Object[options.length + 4];
        System.arraycopy(new Object[] {"export", run, "--onnx", made.resolve("model.onnx")}, 0, words, 0, 4);
        System.arraycopy(options, 0, words, 4, options.length);
        Cli.run(words).succeeded();
        String model = Files.readString(made.resolve("model.onnx"), StandardCharsets.ISO_8859_1);
        Files.delete(made.resolve("model.onnx"));
        return model;
    }

    @Test
    void writesTheWeightedEnsembleWithItsInput() throws IOException {
        String model = export();
        assertThat(model)
                .contains("member-00-last.layer1.0.weight", "member-01-best.layer3.0.weight", "Sum")
                .contains(
                        "input.normalised", "values as stored, from 0.0 to 255.0", "logits", "probabilities", "Softmax")
                .contains("voxgrad.labels", "[\"0\",\"1\"]", "voxgrad.net", "net1,net2")
                .contains("0 net1 last 0.125, 0 net1 best 0.375, 1 net2 last 0.125, 1 net2 best 0.375");
        assertThat(export()).as("the same bytes").isEqualTo(model);
    }

    @Test
    void writesOneNetUnderItsOwnNames() throws IOException {
        String model = export("--member", 1, "--model", "last", "--prepared-input");
        assertThat(model)
                .contains("layer3.0.weight", "1 net2 last 1.0", "volumes prepared as for training")
                .doesNotContain("member-01", "input.normalised", "Sum");
        assertThat(export("--member", 1)).contains("1 net2 best 1.0");
    }

    @Test
    void takesWeights() throws IOException {
        assertThat(export("--weights", "uniform")).contains("0 net1 last 0.25, 0 net1 best 0.25");
        Path weights = Files.writeString(made.resolve("weights.txt"), "last = 0\nmember.1 = 0\n");
        assertThat(export("--weights", weights)).contains("0 net1 best 1.0").doesNotContain("net2");
    }

    @Test
    void writesTheSameFromABundle() throws IOException {
        String expected = export();
        Path bundle = made.resolve("bundle.zip");
        Cli.run("bundle", run, "--out", bundle).succeeded();
        Path out = made.resolve("bundle.onnx");
        Cli.run("export", bundle, "--onnx", out).succeeded();
        assertThat(Files.readString(out, StandardCharsets.ISO_8859_1)).isEqualTo(expected);
    }

    @Test
    void refusesWrongUse() throws IOException {
        Path out = made.resolve("model.onnx");
        Cli.run("export", run, "--onnx", out, "--model", "last").refused("--model requires --member M");
        Cli.run("export", run, "--onnx", out, "--member", 0, "--weights", "uniform")
                .refused("--weights is for ensembles");
        Cli.run("export", run, "--onnx", out, "--member", 7).failed("the finished members are [0, 1], but [7]");
        Cli.run("export", folder, "--onnx", out).failed("run.json");
        Files.writeString(out, "mine");
        Cli.run("export", run, "--onnx", out).refused("exists", "--replace");
        assertThat(out).hasContent("mine");
    }
}
