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
 * Members that are trained at the same time, each on a device of its own. The command line offers it for GPUs only; two
 * small CPU devices show that the members don't get into each other's way.
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

    /** Trains all members that are not finished on two devices; returns what the console was told. */
    private static String trainAtOnce(Path run) {
        StringWriter told = new StringWriter();
        try (CpuDevice first = new CpuDevice(1);
                CpuDevice second = new CpuDevice(1)) {
            RunFiles files = RunFiles.open(run);
            new TrainingSession(files, files.info().data().load(_ -> {}), first, new Console(new PrintWriter(told)))
                    .withDevices(List.of(second))
                    .train();
        }
        return told.toString();
    }

    @Test
    void theyEndWithTheSameBytes() throws IOException {
        train(folder.resolve("inTurn")).succeeded();
        Path run = folder.resolve("atOnce");
        train(run, "--members", "0").succeeded();
        String told = trainAtOnce(run);
        for (int member = 1; member < MODELS; member++) {
            assertThat(told).contains("member " + member + " net1  epoch 2/2");
        }
        assertThat(told).contains("finished before", "done in");
        assertThat(ChildTraining.outcome(run))
                .hasSize(2 * MODELS + 2)
                .isEqualTo(ChildTraining.outcome(folder.resolve("inTurn")));
    }

    /** Each with the volumes of its own folds. */
    @Test
    void inCrossValidationTooTheyEndWithTheSameBytes() throws IOException {
        train(folder.resolve("inTurn"), "--folds", 4).succeeded();
        Path run = folder.resolve("atOnce");
        train(run, "--folds", 4, "--members", "0").succeeded();
        trainAtOnce(run);
        assertThat(ChildTraining.outcome(run)).isEqualTo(ChildTraining.outcome(folder.resolve("inTurn")));
    }

    @Test
    void whereOneCannotGoOnTheOthersKeepWhatTheyHave() throws IOException {
        Path run = folder.resolve("run");
        train(run, "--members", "0").succeeded();
        // A folder stands where member 2's checkpoint belongs.
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
    void onACpuTheCommandRefuses() {
        train(folder.resolve("run"), "--concurrent", 2).refused("--concurrent is for GPUs", "cpu");
        train(folder.resolve("run"), "--concurrent", 0).refused("--concurrent is 0; expected at least 1");
        train(folder.resolve("run"), "--workers", 0).refused("--workers is 0; expected at least 1 and at most 1024");
        assertThat(folder.resolve("run")).doesNotExist();
    }
}
