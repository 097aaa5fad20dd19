package dev.voxgrad.nativecheck;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import dev.voxgrad.nativecheck.check.machine.NativeAccessCheck;
import dev.voxgrad.nativecheck.library.FakeCode;
import dev.voxgrad.nativecheck.library.FakeJar;
import dev.voxgrad.nativecheck.library.FakeLibrary;
import dev.voxgrad.nativecheck.library.LibraryPath;
import dev.voxgrad.nativecheck.library.NativeLibrary;
import dev.voxgrad.nativecheck.probe.ChildProcess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Tests the whole command in a child process with fake surroundings: a driver, libraries, jars and a folder for
 * temporary files that are not those of this machine. A test that needs a library to be absent is skipped if the loader
 * finds one.
 */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class SurroundingsTest {
    /** The GPU's compute capability: 9.9, because it returns the same number for major and minor. */
    private static final int CAPABILITY = 99;

    @TempDir
    private Path folder;

    private Path libraries;
    private final List<String> options = new ArrayList<>();
    private final List<String> wrapper = new ArrayList<>();
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
        assertThat(report.get("verdict").asString())
                .isEqualTo("The trainer would use the CPU, because libcuda.so.1 "
                        + "was not found: no NVIDIA driver is installed here.");
        assertThat(finding(report, "Smoke tests", "sgemm").get("found").asString())
                .isEqualTo("skipped: there is no working GPU");
    }

    @Test
    void driverTooOld() throws IOException, InterruptedException {
        driver(11_080, 0).into(libraries);
        JsonNode report = run();
        assertFails(report, "GPU", "CUDA driver", "the driver (for CUDA 11.8) is too old");
        assertThat(report.get("verdict").asString())
                .contains("would use the CPU")
                .contains("too old");
    }

    @Test
    void driverLacksAFunction() throws IOException, InterruptedException {
        FakeLibrary.named("libcuda.so.1").into(libraries);
        assertFails(run(), "GPU", "CUDA driver", "the driver is too old: it has no cuInit");
    }

    @Test
    void prohibitedGpu() throws IOException, InterruptedException {
        driver(12_060, 2).into(libraries);
        assertFails(
                run(),
                "GPU",
                "cuda:0",
                "Fak, compute capability 9.9, 1.0 GiB (0.5 GiB free), prohibited mode: no program may use it");
    }

    @Test
    void libraryMissing() throws IOException, InterruptedException {
        assumeAbsent(NativeLibrary.CUBLAS, NativeLibrary.CUDNN);
        driver(12_060, 0).into(libraries);
        JsonNode report = run();
        assertFails(report, "Libraries", "cuDNN", "libcudnn.so.9 was not found");
        assertThat(finding(report, "GPU", "CUDA driver").get("status").asString())
                .isEqualTo("PASS");
        assertThat(finding(report, "Smoke tests", "sgemm").get("found").asString())
                .isEqualTo("skipped: libcublas.so.12 was not found");
        // The runtime, which is inside JCuda, finds a driver that can do nothing.
        assertThat(finding(report, "Smoke tests", "copy").get("status").asString())
                .isEqualTo("FAIL");
    }

    @Test
    void wrongMajorVersion() throws IOException, InterruptedException {
        assumeAbsent(NativeLibrary.CUBLAS);
        driver(13_000, 0).into(libraries);
        FakeLibrary.named("libcublas.so.11").into(libraries);
        assertFails(
                run(),
                "Libraries",
                "cuBLAS",
                "wrong major version: CUDA 11's libcublas.so.11 is installed (" + libraries
                        + "), but Voxgrad needs libcublas.so.12 or libcublas.so.13");
    }

    @Test
    void cuda13() throws IOException, InterruptedException {
        driver(13_000, 0).into(libraries);
        cublas(13).into(libraries);
        nvrtc(13)
                .with("nvrtcGetSupportedArchs", FakeCode.stores(CAPABILITY))
                .with("nvrtcGetPTX", FakeCode.returns(7))
                .into(libraries);
        cudnn(FakeCode.returns(91_600));
        JsonNode report = run();
        for (String name : List.of("cuBLAS", "cuBLASLt", "NVRTC", "NVRTC builtins", "cuDNN", "cuDNN's parts")) {
            assertThat(finding(report, "Libraries", name).get("status").asString())
                    .as(name)
                    .isEqualTo("PASS");
        }
        assertThat(finding(report, "Libraries", "cuBLAS").get("found").asString())
                .startsWith(libraries.resolve("libcublas.so.13").toString());
        assertPasses(report, "Libraries", "cuBLAS binding", "the JDK's foreign functions for libcublas.so.13");
        assertPasses(report, "Versions", "cuBLAS", "13.13.13");
        assertPasses(report, "Versions", "NVRTC", "13.0, the driver runs up to 13.0");
        assertPasses(report, "Versions", "cuDNN", "9.16.0 for CUDA 12.6");
        assertThat(finding(report, "Smoke tests", "NVRTC compile").get("found").asString())
                .startsWith("a kernel compiled to machine code in ")
                .endsWith(" ms and loaded by the driver");
        // A driver without a GPU cannot get any further.
        assertFails(report, "Smoke tests", "sgemm", "cublasCreate of libcublas.so.13 returned NO_GPU (1)");
        assertThat(report.get("verdict").asString()).startsWith("The trainer would choose the GPU and fail on it: ");
    }

    @Test
    void numbersGpusLikeTheTrainer() throws IOException, InterruptedException {
        driver(13_000, 0, 2).into(libraries);
        cublas(13).into(libraries);
        nvrtc(13).into(libraries);
        cudnn(FakeCode.returns(91_600));
        JsonNode report = run();
        assertPasses(report, "GPU", "CUDA driver", "the driver (for CUDA 13.0) sees Fak and 1 more");
        for (String name : List.of("cuda:0", "cuda:1")) {
            assertThat(finding(report, "GPU", name).get("status").asString()).isEqualTo("PASS");
        }
        assertThat(report.get("verdict").asString())
                .startsWith("The trainer would choose cuda:0 of 2 GPUs and fail on it: ");
    }

    @Test
    void cuda13OnADriverFor12() throws IOException, InterruptedException {
        assumeAbsent(NativeLibrary.CUBLAS, NativeLibrary.NVRTC);
        driver(12_060, 0).into(libraries);
        cublas(13).into(libraries);
        nvrtc(13).into(libraries);
        JsonNode report = run();
        assertFails(
                report,
                "Libraries",
                "cuBLAS",
                "wrong major version: CUDA 13's libcublas.so.13 is installed (" + libraries
                        + "), but Voxgrad needs libcublas.so.12 with this older driver");
        assertThat(finding(report, "Smoke tests", "sgemm").get("found").asString())
                .startsWith("skipped: wrong major");
    }

    /** Tests that only versions up to the driver's are used, as in the trainer: everything named below is CUDA 12. */
    @Test
    void cuda12And13SideBySideOnADriverFor12() throws IOException, InterruptedException {
        driver(12_060, 0).into(libraries);
        for (int major : new int[] {12, 13}) {
            cublas(major).into(libraries);
            nvrtc(major).into(libraries);
        }
        JsonNode report = run();
        assertThat(finding(report, "Libraries", "cuBLAS").get("found").asString())
                .startsWith(libraries.resolve("libcublas.so.12").toString());
        assertThat(finding(report, "Libraries", "NVRTC").get("found").asString())
                .startsWith(libraries.resolve("libnvrtc.so.12").toString());
        assertPasses(report, "Versions", "cuBLAS", "12.12.12");
        assertPasses(report, "Versions", "NVRTC", "12.0, the driver runs up to 12.6");
        assertFails(report, "Smoke tests", "sgemm", "cublasCreate of libcublas.so.12 returned NO_GPU (1)");
    }

    @Test
    void cuda12ThroughJCublas() throws IOException, InterruptedException {
        driver(12_060, 0).into(libraries);
        cublas(12).into(libraries);
        JsonNode report = run();
        assertPasses(report, "Libraries", "cuBLAS binding", "JCublas 12.6 for libcublas.so.12");
        assertPasses(report, "Versions", "cuBLAS", "12.12.12");
        assertFails(report, "Smoke tests", "sgemm", "cublasCreate of libcublas.so.12 returned NO_GPU (1)");
    }

    @Test
    void cuda12And13SideBySide() throws IOException, InterruptedException {
        driver(13_000, 0).into(libraries);
        cublas(12).into(libraries);
        cublas(13).into(libraries);
        JsonNode report = run();
        assertPasses(report, "Libraries", "cuBLAS binding", "JCublas 12.6 for libcublas.so.12");
        assertPasses(report, "Versions", "cuBLAS", "12.12.12");
        options.add("-Dvoxgrad.cublas=foreign");
        report = run();
        assertPasses(
                report,
                "Libraries",
                "cuBLAS binding",
                "the JDK's foreign functions for libcublas.so.13, because of -Dvoxgrad.cublas=foreign");
        assertPasses(report, "Versions", "cuBLAS", "13.13.13");
        assertFails(report, "Smoke tests", "sgemm", "cublasCreate of libcublas.so.13 returned NO_GPU (1)");
    }

    @Test
    void requestedBindingThatDoesNotLoad() throws IOException, InterruptedException {
        assumeAbsent(NativeLibrary.CUBLAS);
        driver(13_000, 0).into(libraries);
        cublas(13).into(libraries);
        options.add("-Dvoxgrad.cublas=jcublas");
        String reason = "-Dvoxgrad.cublas=jcublas requires libcublas.so.12, but only libcublas.so.13 loads";
        JsonNode report = run();
        assertFails(report, "Libraries", "cuBLAS binding", reason);
        assertThat(finding(report, "Smoke tests", "sgemm").get("found").asString())
                .isEqualTo("skipped: " + reason);
        assertThat(report.get("verdict").asString())
                .isEqualTo("The trainer would not run on this machine: " + reason
                        + "; leave the option out, or install cuBLAS of CUDA 12.");
    }

    @Test
    void nvrtcMakesNoKernel() throws IOException, InterruptedException {
        driver(13_000, 0).into(libraries);
        nvrtc(13).with("nvrtcGetPTX", FakeCode.copiesToSecond("no kernel")).into(libraries);
        assertFails(run(), "Smoke tests", "NVRTC compile", "nvrtcCompileProgram made PTX without the kernel");
    }

    @Test
    void driverRejectsPtxOfNvrtc() throws IOException, InterruptedException {
        assumeAbsent(NativeLibrary.NVRTC);
        driver(12_060, 0).with("cuModuleLoadData", FakeCode.returns(222)).into(libraries);
        nvrtc(12).with("nvrtcVersion", FakeCode.storesBoth(12, 9)).into(libraries);
        JsonNode report = run();
        JsonNode version = finding(report, "Versions", "NVRTC");
        assertThat(version.get("status").asString()).isEqualTo("PASS");
        assertThat(version.get("found").asString())
                .isEqualTo("12.9, the driver runs up to 12.6 and also machine code of 12.9");
        // This NVRTC makes no machine code for the GPU, which is newer.
        assertFails(
                report,
                "Smoke tests",
                "NVRTC compile",
                "cuModuleLoadData for NVRTC's PTX returned CUDA_ERROR_UNSUPPORTED_PTX_VERSION (222)");
    }

    @Test
    void ptxInsteadOfNvrtc() throws IOException, InterruptedException {
        assumeAbsent(NativeLibrary.NVRTC);
        Path jar = FakeJar.of("engine", "0")
                .with("dev/voxgrad/engine/", new byte[0])
                .with("dev/voxgrad/engine/op/x.ptx", "// release 13.0, V13.0.88\n".getBytes(StandardCharsets.UTF_8))
                .into(folder);
        classPath = jar + File.pathSeparator + classPath;
        driver(12_060, 0).into(libraries);
        JsonNode report = run();
        JsonNode nvrtc = finding(report, "Libraries", "NVRTC");
        assertThat(nvrtc.get("status").asString()).isEqualTo("WARN");
        assertThat(nvrtc.get("found").asString())
                .isEqualTo("libnvrtc.so.12 was not found; the kernels' PTX in " + jar + " is used instead");
        assertFails(report, "Versions", "kernels' PTX", "the kernels' PTX is 13.0, but the driver is for CUDA 12.6");
        driver(13_000, 0).into(libraries);
        assertPasses(run(), "Versions", "kernels' PTX", "13.0, the driver runs up to 13.0");
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
    void cudnnWithAWrongKernel() throws IOException, InterruptedException {
        cudnn(FakeCode.returns(91_002));
        JsonNode cudnn = finding(run(), "Versions", "cuDNN");
        assertThat(cudnn.get("status").asString()).isEqualTo("WARN");
        assertThat(cudnn.get("found").asString())
                .isEqualTo("9.10.2 for CUDA 12.6: its 3D convolutions are known to be "
                        + "wrong in bf16 and tf32, so the trainer refuses --precision bf16 and --precision tf32");
    }

    @Test
    void cudnnCrashesItsProcess() throws IOException, InterruptedException {
        cudnn(FakeCode.diesSaying("Invalid handle. Cannot load symbol cudnnGetVersion"));
        assertFails(
                run(),
                "Versions",
                "cuDNN",
                "no version: the probe died of signal 9 after \"Invalid handle. "
                        + "Cannot load symbol cudnnGetVersion\"");
    }

    @Test
    void jarMismatch() throws IOException, InterruptedException {
        Path jar = FakeJar.of("jcudnn", "10.2.0").into(folder);
        classPath = jar + File.pathSeparator + classPath;
        assertFails(run(), "Jars", "jcudnn", "jar mismatch: jcudnn 10.2.0 is on the class path, " + jar);
    }

    @Test
    void unwritableTempFolder() throws IOException, InterruptedException {
        options.add("-Djava.io.tmpdir=" + folder.resolve("none"));
        JsonNode report = run();
        assertFails(report, "Temp folder", "writable", "the temp folder " + folder.resolve("none") + " does not exist");
        // The probes use another folder.
        assertThat(finding(report, "CPU", "Vector API").get("status").asString())
                .isEqualTo("PASS");
    }

    /** Tests a container that starts the command without any environment. */
    @Test
    void emptyEnvironment() throws IOException, InterruptedException {
        useAsciiClassPath();
        wrapper.addAll(List.of("env", "-i"));
        JsonNode report = run();
        assertThat(finding(report, "CPU", "Vector API").get("status").asString())
                .isEqualTo("PASS");
        assertThat(report.get("exitCode").asInt()).isBetween(0, 2);
    }

    /**
     * Tests paths that are not text in the locale's character set, or in any, in all environment variables with paths.
     */
    @Test
    void namesThatAreNotText() throws IOException, InterruptedException {
        useAsciiClassPath();
        for (String locale : List.of("C", "C.UTF-8")) {
            wrapper.clear();
            wrapper.addAll(List.of(
                    "sh",
                    "-c",
                    "u=$(printf '/tmp/\\303\\244'); n=$(printf '/tmp/\\377'); "
                            + "exec env -i LC_ALL=" + locale
                            + " LD_LIBRARY_PATH=\"$u:$n::relative:\" VIRTUAL_ENV=\"$u\" "
                            + "CONDA_PREFIX=\"$n\" "
                            + "XDG_CACHE_HOME=\"$u\" HOME=\"$n\" \"$@\"",
                    "sh"));
            JsonNode report = run();
            assertThat(finding(report, "Libraries", "cuDNN").get("found").asString())
                    .isNotEmpty();
            assertThat(report.get("exitCode").asInt()).as(report.toString()).isBetween(0, 2);
        }
    }

    @Test
    void tempFolderNameTheLocaleCannotEncode() throws IOException, InterruptedException {
        useAsciiClassPath();
        wrapper.addAll(List.of(
                "sh",
                "-c",
                "java=$1; shift; LC_ALL=C exec \"$java\" -Djava.io.tmpdir=\"$(printf '/tmp/\\303\\244')\" \"$@\"",
                "sh"));
        JsonNode report = run();
        assertFails(
                report,
                "Temp folder",
                "writable",
                "the temp folder ? has a name that Java cannot use in this locale; set LC_ALL=C.UTF-8");
        assertThat(finding(report, "CPU", "Vector API").get("status").asString())
                .isEqualTo("PASS");
    }

    @Test
    void tempFolderWithoutAName() throws IOException, InterruptedException {
        options.add("-Djava.io.tmpdir=");
        assertThat(finding(run(), "Temp folder", "writable").get("status").asString())
                .isEqualTo("PASS");
    }

    @Test
    void staleNatives() throws IOException, InterruptedException {
        Path stale = Files.writeString(folder.resolve("libJCudaDriver-12.6.0-linux-x86_64.so"), "cut short");
        options.add("-Djava.io.tmpdir=" + folder);
        assertFails(
                run(),
                "Temp folder",
                "left natives",
                stale + " differs from the library of that name in the jar, but JCuda would load it");
    }

    /** Returns a driver with one GPU, which works for the probe and nothing else. */
    private static FakeLibrary driver(int version, int mode) {
        return driver(version, mode, 1);
    }

    private static FakeLibrary driver(int version, int mode, int gpus) {
        byte[] name = {'F', 'a', 'k', 0};
        return FakeLibrary.named("libcuda.so.1")
                .with("cuInit", FakeCode.returns(0))
                .with("cuDriverGetVersion", FakeCode.stores(version))
                .with("cuDeviceGetCount", FakeCode.stores(gpus))
                .with("cuDeviceGet", FakeCode.stores(0))
                .with("cuDeviceGetName", FakeCode.stores(name[0] | name[1] << 8 | name[2] << 16))
                .with("cuDeviceGetAttribute", FakeCode.storesBySecond(20, mode, CAPABILITY / 10))
                .with("cuDeviceTotalMem_v2", FakeCode.storesLong(1 << 30))
                .with("cuCtxCreate_v2", FakeCode.storesLong(1))
                .with("cuMemGetInfo_v2", FakeCode.storesLong(1 << 29))
                .with("cuCtxDestroy_v2", FakeCode.returns(0))
                .with("cuDevicePrimaryCtxRetain", FakeCode.storesLong(1))
                .with("cuCtxSetCurrent", FakeCode.returns(0))
                .with("cuModuleLoadData", FakeCode.storesLong(1));
    }

    /** Returns cuBLAS with its cuBLASLt; all three parts of its version are the major version. */
    private FakeLibrary cublas(int major) throws IOException {
        FakeLibrary.named("libcublasLt.so." + major).into(libraries);
        return FakeLibrary.named("libcublas.so." + major)
                .needing("libcublasLt.so." + major)
                .with("cublasGetProperty", FakeCode.storesInSecond(major))
                .with("cublasGetStatusName", FakeCode.returnsText("NO_GPU"))
                .with("cublasCreate_v2", FakeCode.returns(1));
    }

    /** Returns NVRTC with its builtins, older than the GPU; whatever it compiles, the kernel is {@code scale}. */
    private FakeLibrary nvrtc(int major) throws IOException {
        FakeLibrary.named("libnvrtc-builtins.so." + major + ".0").into(libraries);
        String ptx = ".visible .entry scale()";
        return FakeLibrary.named("libnvrtc.so." + major)
                .with("nvrtcVersion", FakeCode.storesBoth(major, 0))
                .with("nvrtcGetNumSupportedArchs", FakeCode.stores(1))
                .with("nvrtcGetSupportedArchs", FakeCode.stores(75))
                .with("nvrtcCreateProgram", FakeCode.storesLong(1))
                .with("nvrtcCompileProgram", FakeCode.returns(0))
                .with("nvrtcGetPTXSize", FakeCode.storesLongInSecond(ptx.length() + 1))
                .with("nvrtcGetPTX", FakeCode.copiesToSecond(ptx))
                .with("nvrtcGetCUBINSize", FakeCode.storesLongInSecond(4))
                .with("nvrtcGetCUBIN", FakeCode.copiesToSecond("ELF"))
                .with("nvrtcDestroyProgram", FakeCode.returns(0));
    }

    private void cudnn(byte[] getVersion) throws IOException {
        FakeLibrary.named("libcudnn.so.9")
                .with("cudnnGetVersion", getVersion)
                .with("cudnnGetCudartVersion", FakeCode.returns(12_060))
                .into(libraries);
        for (NativeLibrary part : NativeLibrary.cudnnParts()) {
            FakeLibrary.named(part.files().getFirst()).into(libraries);
        }
    }

    /**
     * Copies the class path if the path of this checkout is not ASCII: in a locale without UTF-8, Java finds no classes
     * there, not even through links.
     */
    private void useAsciiClassPath() throws IOException {
        if (StandardCharsets.US_ASCII.newEncoder().canEncode(classPath)) {
            return;
        }
        List<String> copies = new ArrayList<>();
        for (String entry : classPath.split(File.pathSeparator)) {
            Path from = Path.of(entry);
            Path parent = Files.createDirectory(folder.resolve("entry" + copies.size()));
            if (Files.exists(from)) {
                copy(from, parent.resolve(from.getFileName()));
            }
            copies.add(parent.resolve(from.getFileName()).toString());
        }
        classPath = String.join(File.pathSeparator, copies);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    private JsonNode run() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                ChildProcess.likeThisOne().java().toString(), "-XX:TieredStopAtLevel=1", NativeAccessCheck.FLAG));
        command.addAll(options);
        command.addAll(0, wrapper);
        command.addAll(List.of("-cp", classPath, Main.class.getName(), "--json"));
        Path output = folder.resolve("output");
        Path errors = folder.resolve("errors");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(output.toFile()).redirectError(errors.toFile());
        builder.environment().put("LD_LIBRARY_PATH", libraries.toString());
        Process process = builder.start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS))
                .as("the command ended")
                .isTrue();
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
        assertThat(finding.get("fix").asString()).isNotEmpty();
        assertThat(report.get("exitCode").asInt()).isEqualTo(2);
    }

    private static void assertPasses(JsonNode report, String section, String name, String found) {
        JsonNode finding = finding(report, section, name);
        assertThat(finding.get("found").asString()).isEqualTo(found);
        assertThat(finding.get("status").asString()).isEqualTo("PASS");
    }

    private static JsonNode finding(JsonNode report, String section, String name) {
        return report.get("sections")
                .valueStream()
                .filter(node -> node.get("title").asString().equals(section))
                .flatMap(node -> node.get("findings").valueStream())
                .filter(node -> node.get("name").asString().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name + " in " + report));
    }

    private static void assumeAbsent(NativeLibrary... absent) {
        LibraryPath path = LibraryPath.ofThisProcess();
        for (NativeLibrary library : absent) {
            for (String file : library.files()) {
                assumeTrue(
                        path.find(file, List.of()).isEmpty()
                                && path.findElsewhere(file).isEmpty(),
                        "this machine has " + file);
            }
        }
    }
}
