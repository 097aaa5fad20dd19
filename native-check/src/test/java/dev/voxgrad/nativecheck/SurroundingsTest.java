package dev.voxgrad.nativecheck;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * The whole command in a child process with faked surroundings: a driver, libraries, jars and a folder for temporary
 * files that are not those of this machine. What must be absent is absent from the folders that the loader searches.
 */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class SurroundingsTest {
    @TempDir
    private Path folder;
    private Path libraries;
    private final List<String> options = new ArrayList<>();
    private String classPath = System.getProperty("java.class.path");

    @BeforeEach
    void libraries() throws IOException {
        libraries = Files.createDirectory(folder.resolve("libraries"));
    }

    @Test
    void noDriver() throws IOException, InterruptedException {
        assumeAbsent(NativeLibrary.DRIVER);
        JsonNode report = run();
        assertThat(report.get("exitCode").asInt()).isEqualTo(1);
        assertThat(report.get("verdict").asString()).isEqualTo("The trainer would use the CPU, because libcuda.so.1 "
                + "was not found: no NVIDIA driver is installed here.");
        assertThat(finding(report, "Smoke tests", "sgemm").get("found").asString())
                .isEqualTo("skipped: there is no GPU that works");
    }

    @Test
    void driverTooOld() throws IOException, InterruptedException {
        driver(11_080, 0).into(libraries);
        JsonNode report = run();
        assertFails(report, "GPU", "CUDA driver", "the driver (for CUDA 11.8) is too old");
        assertThat(report.get("verdict").asString()).contains("would use the CPU").contains("too old");
    }

    @Test
    void driverThatLacksAFunction() throws IOException, InterruptedException {
        FakeLibrary.named("libcuda.so.1").into(libraries);
        assertFails(run(), "GPU", "CUDA driver", "the driver is too old: it has no cuInit");
    }

    @Test
    void prohibitedGpu() throws IOException, InterruptedException {
        driver(12_060, 2).into(libraries);
        assertFails(run(), "GPU", "GPU 0", "Fak, compute capability 9.9, 1.0 GiB (0.5 GiB free), prohibited mode: "
                + "no program may use it");
    }

    @Test
    void libraryMissing() throws IOException, InterruptedException {
        assumeAbsent(NativeLibrary.CUBLAS, NativeLibrary.CUDNN);
        driver(12_060, 0).into(libraries);
        JsonNode report = run();
        assertFails(report, "Libraries", "cuDNN", "libcudnn.so.9 was not found");
        assertThat(finding(report, "GPU", "CUDA driver").get("status").asString()).isEqualTo("PASS");
        assertThat(finding(report, "Smoke tests", "sgemm").get("found").asString())
                .isEqualTo("skipped: libcublas.so.12 was not found");
        // The runtime, which is inside JCuda, meets a driver that can do nothing.
        assertThat(finding(report, "Smoke tests", "copy").get("status").asString()).isEqualTo("FAIL");
    }

    @Test
    void wrongMajorVersion() throws IOException, InterruptedException {
        assumeAbsent(NativeLibrary.CUBLAS);
        driver(13_000, 0).into(libraries);
        FakeLibrary.named("libcublas.so.13").into(libraries);
        assertFails(run(), "Libraries", "cuBLAS", "wrong major version: CUDA 13's libcublas.so.13 is there ("
                + libraries + "), but JCublas 12.6 wants libcublas.so.12");
    }

    @Test
    void subLibraryMissing() throws IOException, InterruptedException {
        assumeAbsent(NativeLibrary.CUDNN_CNN);
        driver(12_060, 0).into(libraries);
        cudnn(FakeCode.returns(90_501));
        Files.delete(libraries.resolve("libcudnn_cnn.so.9"));
        JsonNode report = run();
        assertFails(report, "Libraries", "cuDNN cnn", "libcudnn_cnn.so.9 was not found");
        assertThat(finding(report, "Smoke tests", "conv3d forward").get("found").asString())
                .isEqualTo("skipped: libcudnn_cnn.so.9 was not found");
    }

    @Test
    void aCudnnWithAWrongKernel() throws IOException, InterruptedException {
        cudnn(FakeCode.returns(91_002));
        JsonNode cudnn = finding(run(), "Versions", "cuDNN");
        assertThat(cudnn.get("status").asString()).isEqualTo("WARN");
        assertThat(cudnn.get("found").asString()).startsWith("9.10.2 for CUDA 12.6: its conv3d in bf16 and fp16");
    }

    @Test
    void aCudnnThatTakesItsProcessAlong() throws IOException, InterruptedException {
        cudnn(FakeCode.diesSaying("Invalid handle. Cannot load symbol cudnnGetVersion"));
        assertFails(run(), "Versions", "cuDNN", "no version: the probe died of signal 9 after \"Invalid handle. "
                + "Cannot load symbol cudnnGetVersion\"");
    }

    @Test
    void jarMismatch() throws IOException, InterruptedException {
        Path jar = MadeUpJar.of("jcublas", "12.4.0").into(folder);
        classPath = jar + File.pathSeparator + classPath;
        assertFails(run(), "Jars", "jcublas", "jar mismatch: jcublas 12.4.0 is on the class path, " + jar);
    }

    @Test
    void unwritableTempFolder() throws IOException, InterruptedException {
        options.add("-Djava.io.tmpdir=" + folder.resolve("none"));
        JsonNode report = run();
        assertFails(report, "Temp folder", "writable", "the temp folder " + folder.resolve("none")
                + " does not exist");
        // The probes have gone elsewhere.
        assertThat(finding(report, "CPU", "Vector API").get("status").asString()).isEqualTo("PASS");
    }

    @Test
    void staleNatives() throws IOException, InterruptedException {
        Path stale = Files.writeString(folder.resolve("libJCudaDriver-12.6.0-linux-x86_64.so"), "cut short");
        options.add("-Djava.io.tmpdir=" + folder);
        assertFails(run(), "Temp folder", "left natives", stale + " is not the library of that name in the jar, but "
                + "JCuda would load it");
    }

    /** A driver with one GPU, for the probe; nothing else works with it. */
    private static FakeLibrary driver(int version, int mode) {
        byte[] name = {'F', 'a', 'k', 0};
        return FakeLibrary.named("libcuda.so.1")
                .with("cuInit", FakeCode.returns(0))
                .with("cuDriverGetVersion", FakeCode.stores(version))
                .with("cuDeviceGetCount", FakeCode.stores(1))
                .with("cuDeviceGet", FakeCode.stores(0))
                .with("cuDeviceGetName", FakeCode.stores(name[0] | name[1] << 8 | name[2] << 16))
                .with("cuDeviceGetAttribute", FakeCode.storesBySecond(20, mode, 9))
                .with("cuDeviceTotalMem_v2", FakeCode.storesLong(1 << 30))
                .with("cuCtxCreate_v2", FakeCode.storesLong(1))
                .with("cuMemGetInfo_v2", FakeCode.storesLong(1 << 29))
                .with("cuCtxDestroy_v2", FakeCode.returns(0));
    }

    private void cudnn(byte[] getVersion) throws IOException {
        FakeLibrary.named("libcudnn.so.9").with("cudnnGetVersion", getVersion)
                .with("cudnnGetCudartVersion", FakeCode.returns(12_060)).into(libraries);
        for (NativeLibrary part : NativeLibrary.cudnnParts()) {
            FakeLibrary.named(part.file()).into(libraries);
        }
    }

    private JsonNode run() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(ChildProcess.likeThisOne().java().toString(),
                "-XX:TieredStopAtLevel=1", NativeAccessCheck.FLAG));
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, Main.class.getName(), "--json"));
        Path output = folder.resolve("output");
        Path errors = folder.resolve("errors");
        ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(output.toFile())
                .redirectError(errors.toFile());
        builder.environment().put("LD_LIBRARY_PATH", libraries.toString());
        Process process = builder.start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("the command ended").isTrue();
        String json = Files.readString(output);
        assertThat(json).as("%s", Files.readString(errors)).startsWith("{");
        JsonNode report = new JsonMapper().readTree(json);
        assertThat(process.exitValue()).isEqualTo(report.get("exitCode").asInt());
        return report;
    }

    private static void assertFails(JsonNode report, String section, String name, String found) {
        JsonNode finding = finding(report, section, name);
        assertThat(finding.get("found").asString()).isEqualTo(found);
        assertThat(finding.get("status").asString()).isEqualTo("FAIL");
        assertThat(finding.get("mend").asString()).isNotEmpty();
        assertThat(report.get("exitCode").asInt()).isEqualTo(2);
    }

    private static JsonNode finding(JsonNode report, String section, String name) {
        return report.get("sections").valueStream()
                .filter(node -> node.get("title").asString().equals(section))
                .flatMap(node -> node.get("findings").valueStream())
                .filter(node -> node.get("name").asString().equals(name))
                .findFirst().orElseThrow(() -> new AssertionError("no " + name + " in " + report));
    }

    private static void assumeAbsent(NativeLibrary... absent) {
        LibraryPath path = LibraryPath.ofThisProcess();
        for (NativeLibrary library : absent) {
            assumeTrue(path.find(library.file(), List.of()).isEmpty() && path.findElsewhere(library.file()).isEmpty(),
                    "this machine has " + library.file());
        }
    }
}
