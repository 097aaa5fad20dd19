package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Tests the bundle as it works on a bare machine: unpacked elsewhere, with no {@code JAVA_HOME} and no {@code java} on
 * the path. Runs with {@code ./mvnw -Pdist verify}.
 */
@Timeout(300)
class BundleIT {
    /** The tools that the launcher calls; nothing else is on the path. */
    private static final List<String> TOOLS = List.of("sh", "dirname", "readlink", "mktemp", "mkfifo", "rm", "cat");

    private static final long LARGEST = 46_000_000;

    @TempDir
    private static Path folder;

    private static Path command;

    @BeforeAll
    static void unpack() throws IOException, InterruptedException {
        Path bundle = Path.of(System.getProperty("voxgrad.bundle"));
        assertThat(Files.size(bundle)).isLessThan(LARGEST);
        assertThat(new ProcessBuilder("tar", "-xzf", bundle.toString(), "-C", folder.toString())
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
        try (Stream<Path> unpacked = Files.list(folder)) {
            command = unpacked.filter(path -> path.getFileName().toString().startsWith("voxgrad-"))
                    .findFirst()
                    .orElseThrow()
                    .resolve("bin/medmnist");
        }
        Files.createDirectories(folder.resolve("elsewhere"));
        Path tools = Files.createDirectories(folder.resolve("tools"));
        for (String name : TOOLS) {
            Files.copy(tool(name).orElseThrow(), tools.resolve(name), StandardCopyOption.COPY_ATTRIBUTES);
        }
    }

    private static Optional<Path> tool(String name) {
        return Stream.of(System.getenv("PATH").split(":"))
                .map(place -> Path.of(place, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Returns the standard output of a command that succeeds and prints nothing on standard error. */
    private static String run(Object... arguments) throws IOException, InterruptedException {
        return runTo(0, arguments);
    }

    private static String runTo(int code, Object... arguments) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(command.toString()));
        Stream.of(arguments).map(Object::toString).forEach(words::add);
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(words)
                .directory(folder.resolve("elsewhere").toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", folder.resolve("tools").toString());
        builder.environment().put("HOME", folder.toString());
        Process process = builder.start();
        assertThat(process.waitFor(240, TimeUnit.SECONDS)).as("ends in time").isTrue();
        assertThat(Files.readAllLines(err)).allMatch(line -> line.contains("Using incubator modules"));
        assertThat(process.exitValue()).isEqualTo(code);
        return Files.readString(out);
    }

    @Test
    void printsItsVersion() throws IOException, InterruptedException {
        assertThat(run("--version")).startsWith("Voxgrad medmnist ").contains("Java 25");
        assertThat(run("summary", "--net", "net1")).contains("total");
    }

    /** The native libraries are included, and probes run in processes of the bundle's own Java. */
    @Test
    void doctorReportsTheMachine() throws IOException, InterruptedException {
        assumeTrue(Files.notExists(Path.of("/dev/nvidiactl")), "this machine has a GPU, and its own answers");
        assertThat(runTo(1, "doctor"))
                .contains("Smoke tests")
                .contains("The trainer would use the CPU, because libcuda.so.1 was not found");
    }

    /**
     * A machine with a GPU has NVRTC, or uses the PTX that nvcc compiled from the kernels when the bundle was built.
     */
    @Test
    void containsPtxForEveryKernelFile() throws IOException {
        assumeTrue(tool("nvcc").isPresent(), "no nvcc on the PATH to have made PTX");
        Set<String> names = new TreeSet<>();
        try (Stream<Path> libraries = Files.list(command.resolveSibling("../app/lib"));
                JarFile engine = new JarFile(libraries
                        .filter(file -> file.getFileName().toString().startsWith("engine-"))
                        .findFirst()
                        .orElseThrow()
                        .toFile())) {
            engine.stream().map(ZipEntry::getName).forEach(names::add);
        }
        List<String> sources =
                names.stream().filter(name -> name.endsWith(".cu")).toList();
        assertThat(sources)
                .hasSizeGreaterThan(10)
                .allSatisfy(name -> assertThat(names).contains(name.replace(".cu", ".ptx")));
    }

    @Test
    void doctorReportsThePtx() throws IOException, InterruptedException {
        assumeTrue(tool("nvcc").isPresent(), "no nvcc on the PATH to have made PTX");
        assumeTrue(Files.notExists(Path.of("/dev/nvidiactl")), "this machine has a GPU, and its own answers");
        String report = runTo(1, "doctor");
        assumeTrue(report.contains("neither libnvrtc"), "this machine has an NVRTC");
        assertThat(report).containsPattern("the kernels' PTX in /\\S+/app/lib/engine-\\S+\\.jar is used instead");
    }

    /** Uses files, random numbers, vectors, JSON and pictures. */
    @Test
    void trainsAndEvaluates() throws IOException, InterruptedException {
        Path volumes = TestVolumes.write(folder.resolve("own.npz"), 9, 1, 2, 12, 6, 6);
        assertThat(run("train", "--npz", volumes, "--models", 1, "--epochs", 2, "--batch-size", 4, "--out", "run"))
                .contains("epoch 2/2", "-bit vectors");
        assertThat(run("ensemble", "--run", "run")).contains("ensemble   weighted");
        assertThat(run("show", "--npz", volumes, "--index", 1, "--draws", 2, "--out", "volume.png"))
                .contains("Written to volume.png");
        assertThat(folder.resolve("elsewhere/volume.png")).isNotEmptyFile();
    }
}
