package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.medmnist.search.SearchFiles;
import dev.voxgrad.medmnist.search.Trial;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Kills the processes of a search at random moments, and compares the outcome with that of an undisturbed search. With
 * a budget in epochs and a plan for W processes, jobs are in a determined order, so the leaderboard is the same to the
 * byte, whether one process works or two, and however often they are killed.
 */
@Tag("thorough")
@Timeout(900)
class SearchKillTest {
    private static final List<String> ALONE = List.of();
    private static final Object[] PLAN = {
        "--budget", "16epochs", "--epochs", 9, "--seed", 4, "--processes", 2, "--checkpoint-minutes", "1e-9"
    };

    @TempDir
    private static Path folder;

    private static TestSearch setup;
    private static Path undisturbed;
    private static long expectedMillis;

    private final RandomStream random = new RandomStream(System.nanoTime(), 0, 0, 0);

    @BeforeAll
    static void searchUndisturbed() throws IOException, InterruptedException {
        setup = new TestSearch(folder);
        undisturbed = folder.resolve("undisturbed");
        long start = System.nanoTime();
        end(start("undisturbed.log", setup.start(undisturbed, PLAN)));
        expectedMillis = (System.nanoTime() - start) / 1_000_000;
        assertThat(SearchFiles.open(undisturbed).trials()).hasSizeBetween(4, 16);
    }

    private static Process start(String log, Object... words) throws IOException {
        return ChildTraining.start(folder.resolve(log), ALONE, words);
    }

    private static void end(Process process) throws InterruptedException {
        assertThat(process.waitFor(300, TimeUnit.SECONDS)).as("ends in time").isTrue();
        assertThat(process.exitValue()).isZero();
    }

    private static Object[] resume(Path search) {
        return TestSearch.resume(search, "--checkpoint-minutes", "1e-9");
    }

    @Test
    void endsAsUndisturbedAfter20Kills() throws IOException, InterruptedException {
        killAndResume(20, 1);
    }

    @Test
    void endsAsUndisturbedAfter20KillsOfTwoProcesses() throws IOException, InterruptedException {
        killAndResume(20, 2);
    }

    /** Keeps processes at work and kills one after the other, then lets the search end. */
    private void killAndResume(int kills, int processes) throws IOException, InterruptedException {
        Path search = folder.resolve("killed-" + kills + "-" + processes);
        String log = search.getFileName() + ".log";
        List<Process> alive = new ArrayList<>();
        int killsWithProgress = 0;
        for (int kill = 0; kill < kills; kill++) {
            while (alive.size() < processes) {
                alive.add(start(log, hasStarted(search, log) ? resume(search) : setup.start(search, PLAN)));
                if (alive.size() == 1 && processes == 2) {
                    waitForStart(search, alive.getFirst());
                }
            }
            long before = progress(search);
            Process victim = alive.remove(random.nextInt(alive.size()));
            kill(victim, kill % 4 == 3, search, before);
            killsWithProgress += progress(search) > before ? 1 : 0;
            requireNoneTrainedTwice(search);
        }
        while (alive.size() < processes) {
            alive.add(start(log, hasStarted(search, log) ? resume(search) : setup.start(search, PLAN)));
        }
        for (Process process : alive) {
            end(process);
        }
        assertThat(killsWithProgress).as("kills in the middle of the work").isGreaterThanOrEqualTo(kills / 4);
        assertThat(TestSearch.outcome(search)).isEqualTo(TestSearch.outcome(undisturbed));
        equalsUndisturbedInEveryTrial(search);
    }

    /** Returns whether there is a search to resume; removes what is left of one that was killed before. */
    private static boolean hasStarted(Path search, String log) throws IOException {
        if (Files.exists(search.resolve("search.json"))) {
            return true;
        }
        if (Files.exists(search)) {
            try (Stream<Path> files = Files.walk(search)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
        return false;
    }

    private static void waitForStart(Path search, Process first) throws InterruptedException {
        while (first.isAlive() && Files.notExists(search.resolve("search.json"))) {
            Thread.sleep(1);
        }
    }

    /** Kills a process at a random moment, either while it starts or soon after the search has made progress. */
    private void kill(Process process, boolean atStart, Path search, long before)
            throws IOException, InterruptedException {
        if (atStart) {
            Thread.sleep(random.nextInt(Math.clamp(expectedMillis / 3, 200, 2000)));
        } else {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (process.isAlive() && progress(search) <= before && System.nanoTime() < deadline) {
                Thread.sleep(1);
            }
            TimeUnit.MICROSECONDS.sleep(random.nextInt(80_000));
        }
        process.destroyForcibly();
        process.waitFor();
    }

    /** Returns a number that grows with every checkpoint of a trial. */
    private static long progress(Path search) throws IOException {
        Path trials = search.resolve("trials");
        if (Files.notExists(trials)) {
            return 0;
        }
        long newest = 0;
        try (Stream<Path> all = Files.list(trials)) {
            for (Path trial : all.toList()) {
                try {
                    newest = Math.max(
                            newest,
                            Files.getLastModifiedTime(trial.resolve("run/members/member-00.checkpoint"))
                                    .to(TimeUnit.NANOSECONDS));
                } catch (NoSuchFileException e) {
                    continue; // not written yet, or being replaced
                }
            }
        }
        return newest;
    }

    private static void requireNoneTrainedTwice(Path search) {
        if (SearchFiles.isAt(search)) {
            List<String> holders = SearchFiles.open(search).trials().stream()
                    .flatMap(trial -> trial.holder().stream())
                    .map(holder -> holder.split(" on ")[0])
                    .toList();
            assertThat(holders).as("a process trains one trial at a time").doesNotHaveDuplicates();
        }
    }

    private static void equalsUndisturbedInEveryTrial(Path search) throws IOException {
        for (Trial trial : SearchFiles.open(undisturbed).trials()) {
            Path other = search.resolve(undisturbed.relativize(trial.run()));
            assertThat(ChildTraining.outcome(other)).isEqualTo(ChildTraining.outcome(trial.run()));
        }
    }

    /** Each epoch of each trial is trained by exactly one of two processes, and the outcome does not depend on them. */
    @Test
    void twoProcessesShareTheWork() throws IOException, InterruptedException {
        Path search = folder.resolve("shared");
        Process first = start("first.log", setup.start(search, PLAN));
        waitForStart(search, first);
        Process second = start("second.log", resume(search));
        end(first);
        end(second);
        assertThat(TestSearch.outcome(search)).isEqualTo(TestSearch.outcome(undisturbed));
        Map<String, Integer> epochs = new TreeMap<>();
        for (String log : List.of("first.log", "second.log")) {
            Matcher lines = Pattern.compile("(?m)^(trial \\d+ \\S+  epoch \\d+)/\\d+  loss")
                    .matcher(Files.readString(folder.resolve(log)));
            while (lines.find()) {
                epochs.merge(lines.group(1), 1, Integer::sum);
            }
        }
        int trained = SearchFiles.open(search).trials().stream()
                .mapToInt(Trial::epochs)
                .sum();
        assertThat(epochs)
                .hasSize(trained)
                .allSatisfy((_, count) -> assertThat(count).isOne());
    }

    /** On SIGTERM, it finishes the step, writes the checkpoint, and says how to resume. */
    @Test
    void sigtermWritesACheckpoint() throws IOException, InterruptedException {
        Path search = folder.resolve("stopped");
        Process process = start("stopped.log", setup.start(search, PLAN));
        while (process.isAlive() && progress(search) == 0) {
            Thread.sleep(1);
        }
        process.destroy();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        String log = Files.readString(folder.resolve("stopped.log"));
        assertThat(process.exitValue()).as(log).isEqualTo(143);
        assertThat(log).contains("stopped ", "Resume with: medmnist search --resume " + search);
        end(start("stopped.log", TestSearch.resume(search)));
        assertThat(TestSearch.outcome(search)).isEqualTo(TestSearch.outcome(undisturbed));
    }

    /** The disk is full in the middle of a trial; as soon as there is room again, the search continues. */
    @ParameterizedTest
    @ValueSource(ints = {100, 400})
    void endsAsUndisturbedAfterAFullDisk(int kilobytes) throws IOException, InterruptedException {
        Path mount = folder.resolve("disk-" + kilobytes);
        Path search = mount.resolve("search");
        Path log = folder.resolve("disk-" + kilobytes + "-search.log");
        try (SmallDisk disk = SmallDisk.mount(mount, kilobytes * 1024L)) {
            Process process = ChildTraining.start(log, disk.prefix(), setup.start(search, PLAN));
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(Files.readString(log)).isEqualTo(1);
            assertThat(Files.readString(log))
                    .contains("No space left on device", "Resume with: medmnist search --resume " + search)
                    .doesNotContain("should not have happened", "\tat ");
            disk.remount("size=64m");
            end(ChildTraining.start(log, disk.prefix(), resume(search)));
            assertThat(TestSearch.outcome(disk.fromOutside(search))).isEqualTo(TestSearch.outcome(undisturbed));
            disk.remount("ro");
            Process resumed = ChildTraining.start(log, disk.prefix(), resume(search));
            assertThat(resumed.waitFor(120, TimeUnit.SECONDS)).isTrue();
            assertThat(resumed.exitValue()).isEqualTo(1);
            assertThat(Files.readString(log)).contains("Read-only file system");
            end(ChildTraining.start(log, disk.prefix(), "leaderboard", search));
        }
    }
}
