package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Tests runs that are read-only, because of the disk's mount options or of permissions: commands that read work, and
 * commands that write report where they are not allowed to.
 */
@Timeout(300)
class ReadOnlyRunTest {
    /** A prefix that makes permissions apply even to root. */
    private static final List<String> BOUND = List.of("setpriv", "--bounding-set=-dac_override,-dac_read_search");

    @TempDir
    private static Path folder;

    private static Path volumes;
    private static Path trained;

    @BeforeAll
    static void train() {
        volumes = TestVolumes.write(folder.resolve("volumes.npz"), 8, 1, 2, 24, 12, 6);
        trained = folder.resolve("trained");
        Cli.run("train", "--npz", volumes, "--out", trained, "--models", 1, "--nets", "net1", "--epochs", 1)
                .succeeded();
    }

    /** The exit code and all output. */
    private record Result(int code, String text) {
        Result failed(Object... parts) {
            assertThat(text).contains("medmnist: ").doesNotContain("\tat ", "should not have happened");
            for (Object part : parts) {
                assertThat(text).contains(part.toString());
            }
            assertThat(code).as(text).isEqualTo(1);
            return this;
        }

        Result succeeded() {
            assertThat(code).as(text).isZero();
            return this;
        }
    }

    private static Result run(List<String> prefix, Object... arguments) throws IOException, InterruptedException {
        Path log = Files.createTempFile(folder, "command", ".log");
        Process process = ChildTraining.start(log, prefix, arguments);
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS))
                    .as("ends in time")
                    .isTrue();
            return new Result(process.exitValue(), Files.readString(log));
        } finally {
            process.destroyForcibly();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }

    /**
     * Asserts that commands that read work, and that commands that write fail with this reason.
     *
     * @param seen the path of the run for this JVM
     */
    private static void useReadOnly(List<String> prefix, Path run, Path seen, String reason)
            throws IOException, InterruptedException {
        final Contents before = Contents.of(seen);
        run(prefix, "train", "--npz", volumes, "--out", run.resolve("new"), "--models", 1, "--epochs", 1)
                .failed(run.resolve("new"), reason, "choose another --out");
        run(prefix, "train", "--resume", run).failed(run.resolve("members"), "cannot be locked", reason);
        assertThat(run(prefix, "train", "--resume", run, "--epochs", 2)
                        .failed(run.resolve("run.json"), "may not be written")
                        .text())
                .doesNotContain("Resume with");
        assertThat(run(prefix, "status", run).succeeded().text()).contains("1 of 1 members are finished");
        assertThat(run(prefix, "ensemble", run)
                        .failed(run.resolve("summary.csv"), "may not be written")
                        .text())
                .contains("Confusion matrix");
        assertThat(run(prefix, "report", run)
                        .failed(run.resolve("report.html"), "may not be written")
                        .text())
                .doesNotContain("model 1/2");
        Path page = Files.createTempFile(folder, "page", ".html");
        run(prefix, "report", run, "--out", page).succeeded();
        assertThat(page).content().contains("Confusion matrix");
        assertThat(Contents.of(seen)).isEqualTo(before);
    }

    @Test
    @Tag("thorough")
    void readsFromAReadOnlyDisk() throws IOException, InterruptedException {
        Path mount = folder.resolve("mount");
        Path run = mount.resolve("run");
        try (SmallDisk disk = SmallDisk.mount(mount, 64 << 20)) {
            copy(trained, disk.fromOutside(run));
            disk.remount("ro");
            useReadOnly(disk.prefix(), run, disk.fromOutside(run), "Read-only file system");
        }
    }

    @Test
    void readsWithReadPermissionOnly() throws IOException, InterruptedException {
        List<String> prefix = boundByPermissions();
        Path run = folder.resolve("permissions");
        copy(trained, run);
        permit(run, "r-xr-xr-x", "r--r--r--");
        try {
            useReadOnly(prefix, run, run, "permission denied");
            Files.setPosixFilePermissions(run, PosixFilePermissions.fromString("---------"));
            for (Object[] command :
                    new Object[][] {{"train", "--resume", run}, {"status", run}, {"ensemble", run}, {"report", run}}) {
                run(prefix, command).failed(run.resolve("run.json"), "cannot be read: permission denied");
            }
        } finally {
            Files.setPosixFilePermissions(run, PosixFilePermissions.fromString("rwxr-xr-x"));
            permit(run, "rwxr-xr-x", "rw-r--r--");
        }
    }

    private static void permit(Path run, String folders, String files) throws IOException {
        try (Stream<Path> all = Files.walk(run)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.setPosixFilePermissions(
                        path, PosixFilePermissions.fromString(Files.isDirectory(path) ? folders : files));
            }
        }
    }

    /** Returns a command prefix that makes permissions apply to the process; skips the test if there is none. */
    private static List<String> boundByPermissions() throws IOException, InterruptedException {
        Path closed = Files.createDirectory(folder.resolve("closed"));
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("r-xr-xr-x"));
        for (List<String> prefix : List.of(List.<String>of(), BOUND)) {
            List<String> words = new ArrayList<>(prefix);
            words.addAll(List.of("test", "-w", closed.toString()));
            try {
                Process process = new ProcessBuilder(words)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
                if (process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 1) {
                    return prefix;
                }
            } catch (IOException e) {
                continue; // this tool is not installed
            }
        }
        assumeTrue(false, "root may write anywhere here; needs setpriv, or a user who is not root");
        return List.of();
    }
}
