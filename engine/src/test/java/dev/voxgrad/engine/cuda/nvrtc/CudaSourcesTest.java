package dev.voxgrad.engine.cuda.nvrtc;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Compiles every CUDA C++ file with each of NVIDIA's two compilers that is installed; neither needs a GPU. */
class CudaSourcesTest {
    private static final Path SOURCES = Path.of("src", "main", "resources");

    @TempDir
    private Path folder;

    @Test
    void nvccCompilesAllWithoutWarnings() throws IOException, InterruptedException {
        int code = nvcc(SOURCES);
        assertThat(code).as("%s", said()).isZero();
        assertAllAreThere(".ptx", ".entry", ".target sm_75");
    }

    @Test
    void nvccRefusesErrorsAndWarnings() throws IOException, InterruptedException {
        assertThat(nvcc(sourceOf("wrong();"))).isNotZero();
        assertThat(said()).contains("mistake.cu(1): error: identifier \"wrong\" is undefined");
        assertThat(nvcc(sourceOf("int unused;"))).isNotZero();
        assertThat(said()).contains("variable \"unused\" was declared but never referenced");
    }

    /** Spilled registers are in memory, which most kernels wait for already. */
    @Test
    void noKernelSpillsRegisters() throws IOException, InterruptedException {
        assumeNvcc();
        List<Path> sources;
        try (Stream<Path> all = Files.walk(SOURCES)) {
            sources = all.filter(path -> path.toString().endsWith(".cu")).toList();
        }
        int kernels = 0;
        for (Path source : sources) {
            int code = run(
                    "nvcc",
                    "-cubin",
                    "-arch=sm_90",
                    "-std=c++17",
                    "-Xptxas",
                    "-v",
                    "-I",
                    SOURCES.resolve("dev/voxgrad/engine/cuda/nvrtc").toString(),
                    "-o",
                    folder.resolve("x.cubin").toString(),
                    source.toString());
            assertThat(code).as("%s", said()).isZero();
            List<String> spills = said().lines()
                    .filter(line -> line.contains("bytes spill stores"))
                    .toList();
            assertThat(spills)
                    .as("%s", said())
                    .isNotEmpty()
                    .allMatch(line -> line.contains(" 0 bytes spill stores, 0 bytes spill loads"));
            kernels += spills.size();
        }
        assertThat(kernels).isGreaterThan(90);
    }

    @Test
    void nvrtcCompilesAll() throws IOException, InterruptedException {
        int code = nvrtc(SOURCES);
        assertThat(code).as("%s", said()).isZero();
        assertAllAreThere(".ptx", ".entry");
        assertAllAreThere(".cubin", "\u007fELF");
    }

    @Test
    void nvrtcRefusesErrors() throws IOException, InterruptedException {
        assertThat(nvrtc(sourceOf("wrong();"))).isNotZero();
        assertThat(said())
                .contains(
                        "CudaException: libnvrtc.so.",
                        " could not compile mistake.cu:",
                        "mistake.cu(1): error: identifier \"wrong\" is undefined");
    }

    private void assertAllAreThere(String ending, String... contents) throws IOException {
        Map<String, String> compiled = files(folder.resolve("ptx"), ending);
        assertThat(compiled.keySet())
                .hasSizeGreaterThan(10)
                .isEqualTo(files(SOURCES, ".cu").keySet());
        assertThat(compiled.values()).allSatisfy(text -> assertThat(text).contains(contents));
    }

    /** Returns the contents of the files under a folder, by their paths without the extension. */
    private static Map<String, String> files(Path folder, String ending) throws IOException {
        Map<String, String> texts = new TreeMap<>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file :
                    all.filter(path -> path.toString().endsWith(ending)).toList()) {
                String path = folder.relativize(file).toString();
                texts.put(
                        path.substring(0, path.length() - ending.length()),
                        Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        return texts;
    }

    /** Creates a folder with a kernel of that body. */
    private Path sourceOf(String body) throws IOException {
        Path sources = Files.createDirectories(folder.resolve("sources"));
        Files.writeString(sources.resolve("mistake.cu"), "extern \"C\" __global__ void k() { " + body + " }");
        return sources;
    }

    /** Runs nvcc as the build of the bundle does, but with warnings as errors. */
    private int nvcc(Path sources) throws IOException, InterruptedException {
        assumeNvcc();
        return run(
                "sh",
                Path.of("src", "dist", "build-ptx.sh").toString(),
                sources.toString(),
                folder.resolve("ptx").toString(),
                "-Werror",
                "all-warnings");
    }

    private static void assumeNvcc() {
        String path = Objects.requireNonNullElse(System.getenv("PATH"), "");
        assumeTrue(
                Stream.of(path.split(File.pathSeparator))
                        .map(place -> Path.of(place, "nvcc"))
                        .anyMatch(Files::isExecutable),
                "nvcc is not on the PATH");
    }

    private int nvrtc(Path sources) throws IOException, InterruptedException {
        int code = run(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                NvrtcOfThisMachine.class.getName(),
                sources.toString(),
                folder.resolve("ptx").toString());
        assumeTrue(code != NvrtcOfThisMachine.MISSING, () -> "the loader finds no " + Nvrtc.NAME);
        return code;
    }

    private int run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("said").toFile())
                .start();
        assertThat(process.waitFor(10, TimeUnit.MINUTES))
                .as("the compiler finishes")
                .isTrue();
        return process.exitValue();
    }

    private String said() throws IOException {
        return Files.readString(folder.resolve("said"));
    }
}
