package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.medmnist.nets.Nets;
import dev.voxgrad.medmnist.nets.ResidualNet;

import static org.assertj.core.api.Assertions.assertThat;

/** A run of a residual net that the program has registered, next to one of the study's nets. */
class OpenNetTest {
    @TempDir
    private static Path folder;

    private static Nets.Registration registration;
    private static Path volumes;
    private static Path whole;

    @BeforeAll
    static void train() {
        registration = Nets.register(new ResidualNet());
        volumes = TestVolumes.write(folder.resolve("volumes.npz"), 8, 1, 2, 24, 12, 12);
        whole = folder.resolve("whole");
        assertThat(train(whole, 3).succeeded().out()).contains("member 0 residual-2  epoch 3/3", "member 1 net1");
    }

    @AfterAll
    static void unregister() {
        registration.close();
    }

    private static Cli train(Path out, int epochs) {
        return Cli.run(
                "train",
                "--npz",
                volumes,
                "--out",
                out,
                "--models",
                2,
                "--nets",
                "residual-2,net1",
                "--epochs",
                epochs,
                "--batch-size",
                8,
                "--seed",
                5);
    }

    @Test
    void resumesBitForBit() throws IOException {
        Path run = folder.resolve("resumed");
        train(run, 1).succeeded();
        assertThat(Files.readString(run.resolve("run.json"))).contains("\"nets\" : [ \"RESIDUAL-2\", \"NET1\" ]");
        Cli.run("train", "--resume", run, "--epochs", 3).succeeded();
        assertThat(ChildTraining.outcome(run))
                .isEqualTo(ChildTraining.outcome(whole))
                .containsKey("weights/member-00-residual-2-best.safetensors");
    }

    @Test
    void ensemblePredictStatusAndReportWork() throws IOException {
        assertThat(Cli.run("status", whole).succeeded().out()).containsPattern("0 +residual-2 +3/3 .*finished");
        assertThat(Cli.run("ensemble", whole).succeeded().out()).contains("0 residual-2");
        Cli.run("report", whole).succeeded();
        assertThat(whole.resolve("report.html"))
                .content()
                .contains("residual-2", "--nets residual-2,net1", "residual-2: Grad-CAM of stage ");
        Path scores = folder.resolve("scores.csv");
        Cli.run(
                        "predict",
                        "--npz",
                        volumes,
                        "--net",
                        "residual-2",
                        "--weights",
                        whole.resolve("weights/member-00-residual-2-best.safetensors"),
                        "--out",
                        scores)
                .succeeded();
        assertThat(Files.readAllLines(scores)).hasSize(12);
    }

    @Test
    void summaryAndPlanWork() {
        assertThat(Cli.run("summary", "--net", "residual-2").succeeded().out())
                .contains("layer1.downsample.0", "layer2               add");
        assertThat(Cli.run("summary", "--net", "residual-2", "--plan")
                        .succeeded()
                        .out())
                .contains("layer2.conv2");
    }

    /** Successive convolution, batch norm and ReLU run fused; the addition has a row of its block. */
    @Test
    void profileShowsLayersByName() {
        assertThat(Cli.run("profile", "--net", "residual-2", "--size", 8, "--batch-size", 2, "--steps", 1)
                        .succeeded()
                        .out()
                        .replaceAll(" +", " "))
                .contains(
                        "layer1.conv1-relu conv3d 1 forward",
                        "layer2.conv2 conv3d forward winograd",
                        "layer1.downsample.1 batchNorm forward",
                        "layer2 add forward",
                        "fc linear backward")
                .doesNotContain("convBlock");
    }
}
