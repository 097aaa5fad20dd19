package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.medmnist.cli.ui.SignalStop;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.run.member.MemberLock;
import dev.voxgrad.medmnist.run.member.MemberLockedException;
import dev.voxgrad.medmnist.search.SearchFiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Tests what the tasks of a cluster need: runs that are only prepared, short work, stops, and several in one process. */
class ClusterTasksTest {
    @TempDir
    private Path folder;

    private Path volumes;

    @BeforeEach
    void writeVolumes() {
        volumes = TestVolumes.write(folder.resolve("volumes.npz"), 8, 1, 2, 24, 12, 4);
    }

    private Path run(String name, String... more) {
        Path run = folder.resolve(name);
        Object[] words = {
            "train",
            "--npz",
            volumes,
            "--nets",
            "net1-w0.0625",
            "--models",
            1,
            "--epochs",
            6,
            "--batch-size",
            8,
            "--device",
            "cpu",
            "--out",
            run
        };
        Object[] all = Arrays.copyOf(words, words.length + more.length);
        System.arraycopy(more, 0, all, words.length, more.length);
        assertThat(Cli.run(all).succeeded().out()).contains(run.toString());
        return run;
    }

    @Test
    void aPreparedRunIsTrainedLaterAndChangedWithoutTraining() throws IOException {
        Path prepared = run("prepared", "--prepare");
        assertThat(RunFiles.open(prepared).status()).singleElement().matches(member -> member.epochs() == 0);
        Cli.run("train", "--resume", prepared, "--models", 2, "--prepare").succeeded();
        assertThat(RunFiles.open(prepared).status()).hasSize(2).allMatch(member -> member.epochs() == 0);
        Cli.run("train", "--resume", prepared, "--members", "0").succeeded();
        Path alone = run("alone");
        String weights = "weights/member-00-net1-w0.0625-last.safetensors";
        assertThat(prepared.resolve(weights)).hasSameBinaryContentAs(alone.resolve(weights));
        Cli.run("train", "--npz", volumes, "--fast-dev-run", "--prepare").refused("--fast-dev-run creates no run");
    }

    /** A cluster stops a task while its process continues. */
    @Test
    void aTaskThatIsStoppedWritesItsCheckpointAndResumes() throws IOException {
        Path run = run("stopped", "--prepare");
        BooleanSupplier inTheMiddle =
                () -> RunFiles.open(run).started().stream().anyMatch(member -> member.lastEpoch() >= 2);
        Cli stopped = ScopedValue.where(SignalStop.ALSO, inTheMiddle).call(() -> Cli.run("train", "--resume", run));
        assertThat(stopped.code()).isEqualTo(130);
        assertThat(stopped.out()).contains("stopped member 0 (net1-w0.0625) after epoch 2");
        Cli.run("train", "--resume", run).succeeded();
        assertThat(ChildTraining.outcome(run)).isEqualTo(ChildTraining.outcome(run("alone")));
    }

    @Test
    void aSearchDoneInSingleJobsEndsAsInOneGo() throws IOException {
        TestSearch setup = new TestSearch(folder);
        Path whole = folder.resolve("whole");
        Cli.run(setup.start(whole, "--budget", "12epochs")).succeeded();
        Path single = folder.resolve("single");
        assertThat(Cli.run(setup.start(single, "--budget", "12epochs", "--prepare"))
                        .succeeded()
                        .out())
                .contains("medmnist search --resume " + single);
        assertThat(SearchFiles.open(single).trials()).isEmpty();
        int jobs = 0;
        while (SearchFiles.open(single).end().isEmpty()) {
            assertThat(Cli.run(TestSearch.resume(single, "--jobs", 1))
                            .succeeded()
                            .out())
                    .contains("This process has done its 1 job.");
            jobs++;
        }
        assertThat(jobs).isGreaterThan(3);
        assertThat(TestSearch.outcome(single)).isEqualTo(TestSearch.outcome(whole));
        assertThat(Cli.run(TestSearch.resume(single, "--jobs", 1)).succeeded().out())
                .contains("The search has ended");
    }

    /** The system would release a lock if its process opened and closed the file again. */
    @Test
    void aLookAtALockDoesNotReleaseIt() throws IOException, InterruptedException {
        Path run = run("locked", "--prepare");
        try (MemberLock _ = RunFiles.open(run).member(0).takeLock()) {
            String self = "process " + ProcessHandle.current().pid() + " on";
            assertThat(RunFiles.open(run).member(0).holder().orElseThrow()).startsWith(self);
            assertThatThrownBy(() -> RunFiles.open(run).member(0).takeLock())
                    .isInstanceOf(MemberLockedException.class)
                    .hasMessageContaining(self);
            Path log = folder.resolve("status.log");
            Process other = ChildTraining.start(log, List.of(), "status", run);
            assertThat(other.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(Files.readString(log)).contains("trained by " + self);
        }
        assertThat(RunFiles.open(run).member(0).holder()).isEmpty();
        RunFiles.open(run).member(0).takeLock().close();
    }
}
