package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.medmnist.cli.command.TrainingSession;
import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.run.RunFiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests members that are trained at the same time, each on its own device. The command line supports this for GPUs
 * only; two small CPU devices show that the members do not affect each other.
 */
class ConcurrentMembersTest {
    private static final int MODELS = 4;

    @TempDir
    private Path folder;

    private Path volumes;

    @BeforeEach
    void makeVolumes() throws IOException {
        volumes = TestVolumes.write(folder.resolve("volumes.npz"), 8, 1, 2, 24, 12, 4);
    }

    private Cli train(Path out, Object... more) {
        Object[] words = {
            "train",
            "--npz",
            volumes,
            "--out",
            out,
            "--models",
            MODELS,
            "--nets",
            "net1",
            "--epochs",
            2,
            "--batch-size",
            8,
            "--seed",
            5
        };
        Object[] all = new Object[words.length + more.length];
        System.arraycopy(words, 0, all, 0, words.length);
        System.arraycopy(more, 0, all, words.length, more.length);
        return Cli.run(all);
    }

    /** Trains all unfinished members on two devices; returns the output on the console. */
    private static String trainAtOnce(Path run) {
        StringWriter output = new StringWriter();
        try (CpuDevice first = new CpuDevice(1);
                CpuDevice second = new CpuDevice(1)) {
            RunFiles files = RunFiles.open(run);
            new TrainingSession(files, files.info().data().load(_ -> {}), first, new Console(new PrintWriter(output)))
                    .withDevices(List.of(second))
                    .train();
        }
        return output.toString();
    }

    @Test
    void concurrentEqualsSequential() throws IOException {
        train(folder.resolve("inTurn")).succeeded();
        Path run = folder.resolve("atOnce");
        train(run, "--members", "0").succeeded();
        String output = trainAtOnce(run);
        for (int member = 1; member < MODELS; member++) {
            assertThat(output).contains("member " + member + " net1  epoch 2/2");
        }
        assertThat(output).contains("finished before", "done in");
        assertThat(ChildTraining.outcome(run))
                .hasSize(2 * MODELS + 2)
                .isEqualTo(ChildTraining.outcome(folder.resolve("inTurn")));
    }

    /** Each member has the volumes of its own folds. */
    @Test
    void concurrentEqualsSequentialWithFolds() throws IOException {
        train(folder.resolve("inTurn"), "--folds", 4).succeeded();
        Path run = folder.resolve("atOnce");
        train(run, "--folds", 4, "--members", "0").succeeded();
        trainAtOnce(run);
        assertThat(ChildTraining.outcome(run)).isEqualTo(ChildTraining.outcome(folder.resolve("inTurn")));
    }

    @Test
    void failureOfOneMemberKeepsTheOthers() throws IOException {
        Path run = folder.resolve("run");
        train(run, "--members", "0").succeeded();
        // A folder has the name of member 2's checkpoint, which makes that member fail.
        Path inTheWay = Files.createDirectories(run.resolve("members/member-02.checkpoint/full"));
        assertThatThrownBy(() -> trainAtOnce(run))
                .isInstanceOf(DataFileException.class)
                .hasMessageContaining("member-02.checkpoint");
        Files.delete(inTheWay);
        Files.delete(inTheWay.getParent());
        Cli.run("train", "--resume", run).succeeded();
        train(folder.resolve("inTurn")).succeeded();
        assertThat(ChildTraining.outcome(run)).isEqualTo(ChildTraining.outcome(folder.resolve("inTurn")));
    }

    @Test
    void cpuRefusesConcurrentMembers() {
        train(folder.resolve("run"), "--concurrent", 2).refused("--concurrent is for GPUs", "cpu");
        train(folder.resolve("run"), "--concurrent", 0).refused("--concurrent is 0; expected at least 1");
        train(folder.resolve("run"), "--workers", 0).refused("--workers is 0; expected at least 1 and at most 1024");
        assertThat(folder.resolve("run")).doesNotExist();
    }
}
