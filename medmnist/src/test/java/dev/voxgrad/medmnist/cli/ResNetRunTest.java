package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** A run of one of the benchmark's nets, whose names contain a dot. */
class ResNetRunTest {
    private static final String NET = "resnet18-2.5d";

    @TempDir
    private static Path folder;

    private static Path volumes;
    private static Path run;

    @BeforeAll
    static void trainAndResume() {
        volumes = TestVolumes.write(folder.resolve("volumes.npz"), 6, 1, 2, 8, 4, 4);
        run = folder.resolve("run");
        assertThat(Cli.run(
                                "train",
                                "--npz",
                                volumes,
                                "--out",
                                run,
                                "--models",
                                1,
                                "--nets",
                                NET,
                                "--epochs",
                                1,
                                "--schedule",
                                "constant",
                                "--batch-size",
                                4)
                        .succeeded()
                        .out())
                .contains("member 0 " + NET + "  epoch 1/1");
        assertThat(Cli.run("train", "--resume", run, "--epochs", 2).succeeded().out())
                .contains("member 0 " + NET + "  epoch 2/2");
    }

    @Test
    void statusEnsembleReportAndPredictWork() throws IOException {
        assertThat(Cli.run("status", run).succeeded().out().lines().toList())
                .satisfiesOnlyOnce(line -> assertThat(line).startsWith("member  net            "))
                .satisfiesOnlyOnce(line -> assertThat(line).startsWith("0       " + NET + "  "));
        assertThat(Cli.run("ensemble", run).succeeded().out()).contains("0 " + NET);
        Cli.run("report", run).succeeded();
        assertThat(run.resolve("report.html")).content().contains(NET);
        Path scores = folder.resolve("scores.csv");
        Path weights = run.resolve("weights/member-00-" + NET + "-best.safetensors");
        Cli.run("predict", "--npz", volumes, "--net", NET, "--weights", weights, "--out", scores)
                .succeeded();
        assertThat(Files.readAllLines(scores)).hasSize(4);
    }

    @Test
    void resumeNamesAnUnknownNet() throws IOException {
        Path other = Files.createDirectory(folder.resolve("other"));
        Files.writeString(
                other.resolve("run.json"),
                Files.readString(run.resolve("run.json")).replace("RESNET18-2.5D", "RESNET34-3D"));
        Cli.run("train", "--resume", other).failed("unknown net 'resnet34-3d'; known nets are net1, net2, net3");
    }

    @Test
    void helpAndErrorsListAllNets() {
        for (String command : new String[] {"summary", "profile", "predict", "lr-find", "train"}) {
            assertThat(Cli.run(command, "--help").succeeded().out().replaceAll("\\s+", " "))
                    .as(command)
                    .contains("net1, net2, net3, resnet18-2.5d, resnet18-3d,");
        }
        Cli.run("train", "--npz", volumes, "--nets", "resnet34-3d", "--out", folder.resolve("no"))
                .refused("unknown net 'resnet34-3d'; known nets are net1, net2, net3, resnet18-2.5d");
    }

    @Test
    void batchThatDoesNotFitIsRefusedBeforeTraining() {
        Cli.run("profile", "--net", "resnet50-acs", "--size", 64, "--batch-size", 32)
                .failed("resnet50-acs takes at most 31 volumes of [3,64,64,64] at a time", "lower --batch-size");
    }

    @Test
    void planNamesTheAlgorithmsOfAcsConvolutions() {
        assertThat(Cli.run("summary", "--net", "resnet18-acs", "--plan")
                        .succeeded()
                        .out())
                .contains("layer1.0.conv1", "layer2.0.shortcut.0", "planar");
    }
}
