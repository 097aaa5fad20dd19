package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

import org.apache.spark.SparkContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.run.member.MemberStatus;
import dev.voxgrad.medmnist.search.SearchFiles;

import static org.assertj.core.api.Assertions.assertThat;

/** Trains on executors that are processes of their own, and compares with what one machine trains, byte for byte. */
@Timeout(300)
class SparkIT {
    private static final long DRIVER = ProcessHandle.current().pid();

    @TempDir
    private static Path folder;

    private static Path volumes;
    private static Path alone;

    @BeforeAll
    static void trainOnOneMachine() {
        volumes = TestVolumes.write(folder.resolve("volumes.npz"), 8, 1, 2, 24, 12, 4);
        alone = folder.resolve("alone");
        Cli.run(train("--out", alone)).succeeded();
    }

    private static Object[] train(Object... more) {
        Object[] all = {
            "train",
            "--npz",
            volumes,
            "--models",
            4,
            "--nets",
            "net1-w0.0625",
            "--epochs",
            24,
            "--batch-size",
            8,
            "--seed",
            3,
            "--device",
            "cpu"
        };
        Object[] words = Arrays.copyOf(all, all.length + more.length);
        System.arraycopy(more, 0, words, all.length, more.length);
        return words;
    }

    private static Path prepared(String name) {
        Path run = folder.resolve(name);
        Cli.run(train("--out", run, "--prepare")).succeeded();
        return run;
    }

    /** Does something, once, as soon as a member is being trained and has some epochs. */
    private static Thread inTheMiddle(Path run, Set<Long> seen, Consumer<MemberStatus> action) {
        return Thread.ofPlatform().start(() -> {
            boolean done = false;
            while (!pause()) {
                for (MemberStatus member : RunFiles.open(run).status()) {
                    member.holder().ifPresent(who -> seen.addAll(LocalCluster.processes(who)));
                    if (!done && member.holder().isPresent() && member.epochs() >= 2) {
                        action.accept(member);
                        done = true;
                    }
                }
            }
        });
    }

    /** Waits a moment; returns whether the thread was interrupted. */
    private static boolean pause() {
        try {
            Thread.sleep(20);
            return false;
        } catch (InterruptedException e) {
            return true;
        }
    }

    @Test
    void aKilledExecutorsMemberIsTakenUpElsewhereAndEndsWithTheSameBytes() throws IOException {
        Path run = prepared("four");
        Set<Long> seen = Collections.synchronizedSet(new TreeSet<>());
        List<Long> killed = Collections.synchronizedList(new ArrayList<>());
        Thread killer = inTheMiddle(
                run,
                seen,
                member -> LocalCluster.processes(member.holder().orElseThrow()).forEach(process -> {
                    killed.add(process);
                    ProcessHandle.of(process).orElseThrow().destroyForcibly(); // SIGKILL: exit code 137
                }));
        Cli ended = LocalCluster.run(2, 1, "train", "--resume", run);
        killer.interrupt();
        assertThat(ended.code()).as(ended.out() + ended.err()).isZero();
        assertThat(ended.out()).contains("4 of 4 members are finished", "attempt 2");
        assertThat(ChildTraining.outcome(run)).hasSize(10).isEqualTo(ChildTraining.outcome(alone));
        seen.addAll(LocalCluster.processes(ended.out()));
        assertThat(killed).hasSize(1);
        assertThat(seen).hasSizeGreaterThanOrEqualTo(2).containsAll(killed).doesNotContain(DRIVER);
        assertThat(LocalCluster.processes(ended.out())).hasSizeGreaterThanOrEqualTo(2);
        assertThat(LocalCluster.printed()).contains("  resumed");
    }

    @Test
    void aKilledTaskWritesACheckpointFirst() throws IOException {
        Path run = prepared("killed");
        Set<Long> seen = Collections.synchronizedSet(new TreeSet<>());
        Thread canceller =
                inTheMiddle(run, seen, member -> SparkContext.getOrCreate().cancelAllJobs());
        Cli ended = LocalCluster.run(1, 1, "train", "--resume", run, "--members", "2");
        canceller.interrupt();
        assertThat(ended.code()).as(ended.out() + ended.err()).isEqualTo(1);
        assertThat(ended.err()).contains("member 2", "cancelled");
        assertThat(LocalCluster.printed()).contains("stopped member 2 (net1-w0.0625) after epoch");
        Cli.run("train", "--resume", run).succeeded();
        assertThat(ChildTraining.outcome(run)).isEqualTo(ChildTraining.outcome(alone));
    }

    /** Some of the tasks share a process, in which a lock must not be lost when another task looks at it. */
    @Test
    void aSearchOnTwoExecutorsEndsAsOnOneMachine() throws IOException {
        TestSearch setup = new TestSearch(folder);
        Object[] plan = {"--budget", "12epochs", "--processes", 3, "--epochs", 9};
        Path here = folder.resolve("here");
        Cli.run(setup.start(here, plan)).succeeded();
        Path search = folder.resolve("search");
        Object[] words = setup.start(search, plan);
        Object[] prepare = Arrays.copyOf(words, words.length + 1);
        prepare[words.length] = "--prepare";
        Cli.run(prepare).succeeded();
        Cli ended = LocalCluster.run(2, 2, "search", "--resume", search);
        assertThat(ended.code()).as(ended.out() + ended.err()).isZero();
        assertThat(TestSearch.outcome(search)).isEqualTo(TestSearch.outcome(here));
        assertThat(SearchFiles.open(search).end()).isPresent();
        assertThat(LocalCluster.processes(ended.out())).hasSize(2).doesNotContain(DRIVER);
        assertThat(ended.out()).endsWith(Cli.run("leaderboard", search).out());
    }

    /** Two runs of a row are first seen at the same moment, by two processes, and the row is created once. */
    @Test
    void aBenchmarkOnTwoExecutorsEndsAsOnOneMachine() throws IOException {
        Path here = folder.resolve("benchmark-here");
        Cli.run(benchmark(here)).succeeded();
        Path benchmark = folder.resolve("benchmark");
        Cli ended = LocalCluster.run(2, 1, benchmark(benchmark));
        assertThat(ended.code()).as(ended.out() + ended.err()).isZero();
        List<String> rows = List.of("net1", "net2");
        assertThat(ChildTraining.outcome(benchmark, rows))
                .hasSize(2 * (4 + 2 + 2))
                .isEqualTo(ChildTraining.outcome(here, rows));
        assertThat(tableWithoutSeconds(benchmark)).hasSize(1 + 2 * (4 * 2 + 4)).isEqualTo(tableWithoutSeconds(here));
        assertThat(LocalCluster.processes(ended.out())).hasSize(2).doesNotContain(DRIVER);
        assertThat(ended.out())
                .contains("row net1, run 0", "row net2, run 1")
                .endsWith(Cli.run("benchmark", "--show", "--out", benchmark).out());
    }

    /** Returns the lines of a benchmark's table without the last column: the seconds of an epoch. */
    private static List<String> tableWithoutSeconds(Path benchmark) throws IOException {
        List<String> lines = Files.readAllLines(benchmark.resolve("benchmark.csv"));
        assertThat(lines.getFirst()).endsWith(",seconds_per_epoch");
        return lines.stream()
                .map(line -> line.substring(0, line.lastIndexOf(',')))
                .toList();
    }

    private static Object[] benchmark(Path out) {
        return new Object[] {
            "benchmark",
            "--npz",
            volumes,
            "--rows",
            "net1,net2",
            "--runs",
            2,
            "--epochs",
            2,
            "--batch-size",
            8,
            "--device",
            "cpu",
            "--out",
            out
        };
    }
}
