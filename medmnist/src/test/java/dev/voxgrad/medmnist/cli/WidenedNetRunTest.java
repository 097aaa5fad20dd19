package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.nn.weights.WeightsFile;

import static org.assertj.core.api.Assertions.assertThat;

/** A run of a narrower net next to the study's own, through every command that names nets. */
class WidenedNetRunTest {
    @TempDir
    private static Path folder;

    private static Path volumes;
    private static Path whole;

    @BeforeAll
    static void train() {
        volumes = TestVolumes.write(folder.resolve("volumes.npz"), 8, 1, 2, 16, 8, 8);
        whole = folder.resolve("whole");
        assertThat(train(whole, 2).succeeded().out()).contains("member 0 net1-w0.5  epoch 2/2", "member 1 net1");
    }

    private static Cli train(Path out, int epochs) {
        return Cli.run(
                "train", "--npz", volumes, "--out", out, "--models", 2, "--nets", "net1-w0.5,net1", "--epochs", epochs);
    }

    @Test
    void resumesBitForBit() throws IOException {
        Path run = folder.resolve("resumed");
        train(run, 1).succeeded();
        Cli.run("train", "--resume", run, "--epochs", 2).succeeded();
        assertThat(ChildTraining.outcome(run))
                .isEqualTo(ChildTraining.outcome(whole))
                .containsKey("weights/member-00-net1-w0.5-best.safetensors");
        Cli.run("train", "--resume", run, "--nets", "net1-w0.25").refused("was started with net1-w0.5,net1");
    }

    @Test
    void everyCommandTakesIt() throws IOException {
        assertThat(Cli.run("status", whole).succeeded().out()).containsPattern("0 +net1-w0.5 +2/2 .*finished");
        assertThat(Cli.run("ensemble", whole).succeeded().out()).contains("0 net1-w0.5");
        Cli.run("report", whole).succeeded();
        assertThat(whole.resolve("report.html")).content().contains("--nets net1-w0.5,net1");
        assertThat(Cli.run("summary", "--net", "net1-w0.5", "--plan")
                        .succeeded()
                        .out())
                .contains("[32,16,28,28,28]");
        Path weights = whole.resolve("weights/member-00-net1-w0.5-best.safetensors");
        Path scores = folder.resolve("scores.csv");
        Cli.run("predict", "--npz", volumes, "--net", "net1-w0.5", "--weights", weights, "--out", scores)
                .succeeded();
        assertThat(Files.readAllLines(scores)).hasSize(8);
        Cli.run("predict", "--npz", volumes, "--net", "net1", "--weights", weights, "--out", folder.resolve("other"))
                .failed(weights, "layer1.0.weight");
        Path bundle = folder.resolve("bundle.zip");
        Cli.run("bundle", whole, "--out", bundle).succeeded();
        Path ofBundle = folder.resolve("bundle.csv");
        Cli.run("predict", bundle, "--npz", volumes, "--out", ofBundle).succeeded();
        assertThat(Files.readAllLines(ofBundle)).hasSize(1 + 8);
        Cli.run("export", bundle, "--onnx", folder.resolve("model.onnx"), "--member", 0)
                .succeeded();
        assertThat(WeightsFile.read(weights).metadata()).containsEntry("voxgrad.net", "net1-w0.5");
    }
}
