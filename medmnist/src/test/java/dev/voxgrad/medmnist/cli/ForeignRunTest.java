package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.medmnist.run.RunFiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Tests run folders of unknown origin, with links, pipes and devices as files: nothing outside changes. */
@EnabledOnOs({OS.LINUX, OS.MAC})
class ForeignRunTest {
    private static final String SECRET = "precious, and of no concern to a run\n";

    @TempDir
    private static Path home;

    private static Path trained;
    /** All files and folders that training, ensemble and report write, relative to the run. */
    private static Set<String> written;

    @TempDir
    private Path folder;

    private Path run;
    private Path outside;

    @BeforeAll
    static void train() throws IOException {
        TestVolumes.write(home.resolve("adrenalmnist3d.npz"), 8, 1, 2, 6, 4, 4);
        trained = home.resolve("run");
        done(
                "train",
                "--flag",
                "adrenalmnist3d",
                "--root",
                home,
                "--models",
                1,
                "--nets",
                "net1",
                "--epochs",
                1,
                "--out",
                trained);
        done("train", "--resume", trained, "--epochs", 2);
        done("ensemble", trained);
        done("report", trained);
        written = new TreeSet<>();
        for (Path path : below(trained)) {
            written.add(trained.relativize(path).toString());
        }
        written.add("members/member-00.checkpoint.new");
        written.add("members/member-00.checkpoint.damaged");
        assertThat(written)
                .contains(
                        "run.json",
                        "history.csv",
                        "timings.csv",
                        "members.csv",
                        "summary.csv",
                        "report.html",
                        "members/tables.lock",
                        "members/member-00.lock",
                        "members/member-00.checkpoint.previous",
                        "weights/member-00-net1-best.safetensors",
                        "tensorboard",
                        "tensorboard/member-00-net1",
                        "results");
        assertThat(written).anyMatch(name -> name.startsWith("results/adrenalmnist3d_test"));
    }

    /** Asserts success; some commands warn that the volumes are not the official ones. */
    private static void done(Object... command) {
        Cli cli = Cli.run(command);
        assertThat(cli.code()).as(cli.err()).isZero();
    }

    private static List<Path> below(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(path -> !path.equals(folder)).toList();
        }
    }

    @BeforeEach
    void copyTheRun() throws IOException {
        outside = Files.createDirectory(folder.resolve("outside"));
        run = folder.resolve("run");
        copy(trained, run);
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        Files.copy(from, to);
        if (Files.isDirectory(from)) {
            for (Path path : below(from)) {
                Files.copy(path, to.resolve(from.relativize(path)));
            }
        }
    }

    private static void remove(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> all = Files.walk(path)) {
            for (Path old : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(old);
            }
        }
    }

    /** Runs all commands that read or write a run; none may crash or hang. */
    private List<Cli> useTheRun() {
        return assertTimeoutPreemptively(Duration.ofMinutes(3), () -> {
            List<Cli> all = List.of(
                    Cli.run("status", run),
                    Cli.run("ensemble", run),
                    Cli.run("train", "--resume", run, "--epochs", 3),
                    Cli.run("report", run),
                    Cli.run("report", run, "--out", run.resolve("report.html")));
            for (Cli cli : all) {
                assertThat(cli.err()).doesNotContain("should not have happened", SECRET.strip());
                assertThat(cli.out()).doesNotContain(SECRET.strip());
            }
            return all;
        });
    }

    @Test
    void writesNothingThroughLinks() throws IOException {
        for (String name : written) {
            remove(run);
            remove(outside);
            copy(trained, run);
            Path target = outside.resolve("target");
            Path original = trained.resolve(name);
            if (Files.exists(original)) {
                copy(original, target);
            } else {
                Files.createDirectory(outside);
                Files.writeString(target, SECRET);
            }
            remove(run.resolve(name));
            Files.createSymbolicLink(run.resolve(name), target);
            Contents before = Contents.of(outside);
            List<Cli> all = useTheRun();
            if (!name.endsWith(".damaged")
                    && !name.contains("tfevents")) { // the former is not needed, the latter is removed
                assertThat(all)
                        .as("commands that report the link %s", name)
                        .anyMatch(cli -> cli.code() == 1
                                && cli.err().contains(name)
                                && cli.err().contains("is a link"));
            }
            assertThat(Contents.of(outside)).as("behind the link %s", name).isEqualTo(before);
        }
    }

    @Test
    void createsNothingBehindDanglingLinks() throws IOException {
        for (String name : written) {
            remove(run);
            copy(trained, run);
            remove(run.resolve(name));
            Files.createSymbolicLink(run.resolve(name), outside.resolve("new"));
            useTheRun();
            assertThat(below(outside)).as("behind the link %s", name).isEmpty();
        }
    }

    @Test
    void showsNothingOfALinkedFile() throws IOException {
        Path secret = Files.writeString(outside.resolve("secret"), SECRET);
        for (String name : List.of(
                "run.json",
                "members.csv",
                "history.csv",
                "timings.csv",
                "members/member-00.json",
                "members/member-00.checkpoint",
                "members/member-00.lock",
                "weights/member-00-net1-best.safetensors")) {
            remove(run);
            copy(trained, run);
            remove(run.resolve(name));
            Files.createSymbolicLink(run.resolve(name), secret);
            useTheRun();
        }
        assertThat(secret).content().isEqualTo(SECRET);
    }

    @Test
    void doesNotReadPipesAndDevices() throws IOException, InterruptedException {
        for (String name : written) {
            if (Files.isDirectory(trained.resolve(name))) {
                continue;
            }
            remove(run);
            copy(trained, run);
            remove(run.resolve(name));
            assumeTrue(
                    new ProcessBuilder("mkfifo", run.resolve(name).toString())
                                    .start()
                                    .waitFor()
                            == 0,
                    "needs mkfifo");
            useTheRun();
        }
    }

    /** The content of a hard link changes with that of the file in the run. */
    @Test
    void changesNoHardLinkedFile() throws IOException {
        List<Path> others = new ArrayList<>();
        for (String name : written) {
            Path file = run.resolve(name);
            if (Files.isRegularFile(file)) {
                others.add(Files.createLink(outside.resolve(name.replace('/', '-')), file));
            }
        }
        Contents before = Contents.of(outside);
        assertThat(useTheRun()).anyMatch(cli -> cli.err().contains("has other names (hard links)"));
        assertThat(Contents.of(outside)).isEqualTo(before);
        for (Path other : others) {
            if (other.getFileName().toString().endsWith(".lock")) {
                remove(run.resolve("members")
                        .resolve(other.getFileName().toString().substring("members-".length())));
            }
        }
        useTheRun();
        assertThat(Contents.of(outside)).isEqualTo(before);
    }

    @Test
    void worksWithALinkToARun() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), run);
        done("status", link);
        done("train", "--resume", link, "--epochs", 3);
        done("ensemble", link);
        done("report", link);
    }

    @Test
    void removingARunRemovesNothingBehindLinks() throws IOException {
        Path secret = Files.writeString(outside.resolve("secret"), SECRET);
        Files.createSymbolicLink(run.resolve("more"), outside);
        RunFiles.remove(run);
        assertThat(secret).content().isEqualTo(SECRET);
        assertThat(run).doesNotExist();
    }
}
