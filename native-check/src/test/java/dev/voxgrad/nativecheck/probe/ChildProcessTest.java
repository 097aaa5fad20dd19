package dev.voxgrad.nativecheck.probe;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.nativecheck.check.cuda.CublasVersionCheck;
import dev.voxgrad.nativecheck.check.cuda.CudnnVersionCheck;
import dev.voxgrad.nativecheck.check.cuda.DriverCheck;
import dev.voxgrad.nativecheck.check.cuda.GpuCheck;
import dev.voxgrad.nativecheck.check.cuda.SmokeCheck;
import dev.voxgrad.nativecheck.check.machine.VectorModuleCheck;
import dev.voxgrad.nativecheck.check.machine.VectorWidthCheck;
import dev.voxgrad.nativecheck.library.CudaVersion;
import dev.voxgrad.nativecheck.probe.ChildProcess.Outcome;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Tests real child processes: probes that answer, die, hang, and find no driver. */
class ChildProcessTest {
    private static final ChildProcess CHILD = ChildProcess.likeThisOne();

    /** Answers with its folder for temporary files. */
    static final class Folder {
        public static void main(String[] args) {
            System.out.println("folder=" + System.getProperty("java.io.tmpdir"));
            System.out.println("no answer");
            System.out.println("formula=a=b");
        }
    }

    /** Dies like a process with a broken native library. */
    static final class Abort {
        public static void main(String[] args) throws IOException, InterruptedException {
            System.out.println("half=done");
            System.err.println("Cannot load symbol cudnnFake");
            System.err.flush();
            new ProcessBuilder(
                            "kill",
                            "-KILL",
                            String.valueOf(ProcessHandle.current().pid()))
                    .start();
            Thread.sleep(60_000);
        }
    }

    /** Never ends. */
    static final class Hang {
        public static void main(String[] args) throws InterruptedException {
            Thread.sleep(60_000);
        }
    }

    /** Answers with bytes that are not text, without a final line break. */
    static final class Nasty {
        public static void main(String[] args) {
            System.out.write(new byte[] {'a', '=', (byte) 0xff, (byte) 0xfe, 0, '\n', '=', '\r', 'g', '=', '1'}, 0, 11);
            System.out.flush();
        }
    }

    /** Produces endless output. */
    static final class Endless {
        public static void main(String[] args) {
            byte[] line = "bits=512 and more\n".getBytes(StandardCharsets.US_ASCII);
            while (!System.out.checkError()) {
                System.out.write(line, 0, line.length);
            }
        }
    }

    @Test
    void readsAnswersOfAnyBytes() {
        Outcome outcome = CHILD.run(Nasty.class);
        assertThat(outcome.ended()).isTrue();
        assertThat(outcome.answers()).containsEntry("a", "\ufffd\ufffd\0").containsEntry("g", "1");
        assertThat(outcome.wholeNumber("a")).isEmpty();
        assertThat(outcome.wholeNumber("g")).hasValue(1);
    }

    @Test
    void stopsProbeWithEndlessOutput() {
        Outcome outcome = CHILD.run(Endless.class);
        assertThat(outcome.ended()).isFalse();
        assertThat(outcome.timedOut()).isFalse();
        assertThat(outcome.failure()).isEqualTo("the probe produced endless output and was stopped");
    }

    @Test
    void ignoresJvmRemarksAsReason() {
        String errors = "Picked up JAVA_TOOL_OPTIONS: -Xmx1g\nNOTE: Picked up JDK_JAVA_OPTIONS: -Xmx1g\n"
                + "WARNING: Using incubator modules: jdk.incubator.vector\n\n  it broke\n";
        assertThat(new Outcome(1, false, Map.of(), errors).failure())
                .isEqualTo("the probe ended with code 1 after \"it broke\"");
    }

    @Test
    void reportsThatNoProcessCanBeStarted() {
        Outcome outcome = new ChildProcess(Path.of("/no/java"), CHILD.classPath(), CHILD.timeout()).run(Folder.class);
        assertThat(outcome.started()).isFalse();
        assertThat(outcome.failure())
                .startsWith("no child process can be started here (")
                .contains("/no/java");
        assertThat(new VectorWidthCheck(outcome).judge().status()).isEqualTo(Status.WARN);
        Finding driver = new DriverCheck("Linux", "amd64", outcome).judge();
        assertThat(driver.status()).isEqualTo(Status.FAIL);
        assertThat(driver.found()).startsWith("cannot be tested: no child process");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "x", "-", "1e999", "99999999999999999999", "2147483648", "\0", "0x10", "1,5"})
    void rejectsInvalidNumbers(String text) {
        Map<String, String> answers = new HashMap<>();
        for (GpuFact fact : GpuFact.values()) {
            answers.put(fact.key(0), text);
        }
        List.of(
                        DriverProbe.STATUS,
                        DriverProbe.VERSION,
                        DriverProbe.GPUS,
                        VectorProbe.BITS,
                        VersionProbe.CUBLAS,
                        VersionProbe.CUDNN,
                        VersionProbe.CUDNN_CUDA,
                        SmokeTest.COPY.errorKey(),
                        SmokeTest.COPY.millisecondsKey())
                .forEach(key -> answers.put(key, text));
        Outcome outcome = new Outcome(0, false, answers, "");
        assertThat(new DriverCheck("Linux", "amd64", outcome).judge().status()).isEqualTo(Status.FAIL);
        assertThat(DriverCheck.gpus(outcome)).isZero();
        assertThat(new GpuCheck(0, outcome).judge().status()).isEqualTo(Status.FAIL);
        assertThat(new VectorWidthCheck(outcome).judge().status()).isEqualTo(Status.FAIL);
        assertThat(outcome.cudaVersion(DriverProbe.VERSION)).isEmpty();
        assertThat(new CudnnVersionCheck(outcome, Optional.empty()).judge().status())
                .isEqualTo(Status.FAIL);
        assertThat(new CublasVersionCheck(
                                outcome.answer(VersionProbe.CUBLAS), Optional.of(new CudaVersion(12_060)), outcome)
                        .judge()
                        .status())
                .isEqualTo(Status.FAIL);
        assertThat(new SmokeCheck(SmokeTest.COPY, outcome).judge().status()).isEqualTo(Status.FAIL);
    }

    @Test
    void limitsImplausibleGpuCounts() {
        assertThat(DriverCheck.gpus(new Outcome(0, false, Map.of(DriverProbe.GPUS, "2147483647"), "")))
                .isEqualTo(256);
        assertThat(DriverCheck.gpus(new Outcome(0, false, Map.of(DriverProbe.GPUS, "-5"), "")))
                .isZero();
    }

    @Test
    void returnsAnswersAndDeletesFolder() {
        Outcome outcome = CHILD.run(Folder.class);
        assertThat(outcome.ended()).isTrue();
        assertThat(outcome.answers()).containsOnlyKeys("folder", "formula").containsEntry("formula", "a=b");
        assertThat(Path.of(outcome.answer("folder").orElseThrow()))
                .doesNotExist()
                .isNotEqualTo(Path.of(System.getProperty("java.io.tmpdir")));
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void reportsLastErrorOfDyingProbe() {
        Outcome outcome = CHILD.run(Abort.class);
        assertThat(outcome.ended()).isFalse();
        assertThat(outcome.failure()).isEqualTo("the probe died of signal 9 after \"Cannot load symbol cudnnFake\"");
        assertThat(outcome.answer("half")).contains("done");
    }

    @Test
    void stopsHangingProbe() {
        Outcome outcome = new ChildProcess(CHILD.java(), CHILD.classPath(), Duration.ofMillis(300)).run(Hang.class);
        assertThat(outcome.timedOut()).isTrue();
        assertThat(outcome.ended()).isFalse();
        assertThat(outcome.failure()).contains("hung");
    }

    @Test
    void reportsMissingProbe() {
        Outcome outcome = new ChildProcess(CHILD.java(), "nowhere", CHILD.timeout()).run(Folder.class);
        assertThat(outcome.failure()).startsWith("the probe ended with code 1 after \"Error: Could not find or load");
    }

    @Test
    void vectorWidthIsAPowerOfTwo() {
        String module = "--add-modules=" + VectorModuleCheck.MODULE;
        int bits = Integer.parseInt(
                CHILD.run(VectorProbe.class, module).answer(VectorProbe.BITS).orElseThrow());
        assertThat(bits).isBetween(64, 2048).matches(width -> Integer.bitCount(width) == 1);

        Outcome withoutModule = CHILD.run(VectorProbe.class);
        assertThat(new VectorWidthCheck(withoutModule).judge().status()).isEqualTo(Status.FAIL);
    }

    @Test
    void namesMissingDriverLibrary() {
        assumeTrue(
                DriverCheck.supported(System.getProperty("os.name"), System.getProperty("os.arch")),
                "JCuda has no natives for this platform");
        assumeTrue(noDriver(), "this machine has a CUDA driver");
        Outcome outcome = CHILD.run(DriverProbe.class, "--enable-native-access=ALL-UNNAMED");
        assertThat(outcome.ended()).isTrue();
        assertThat(outcome.answers())
                .containsOnlyKeys(DriverProbe.MISSING_LIBRARY)
                .containsEntry(DriverProbe.MISSING_LIBRARY, "libcuda.so.1");
        assertThat(outcome.errors()).isEmpty();
    }

    @Test
    void namesResourceOfMissingNativesJar() {
        assumeTrue(
                DriverCheck.supported(System.getProperty("os.name"), System.getProperty("os.arch")),
                "JCuda has no natives for this platform");
        String classPath = Stream.of(CHILD.classPath().split(File.pathSeparator))
                .filter(entry -> !entry.contains("jcuda-natives"))
                .collect(Collectors.joining(File.pathSeparator));
        Outcome outcome = new ChildProcess(CHILD.java(), classPath, CHILD.timeout()).run(DriverProbe.class);
        assertThat(outcome.answer(DriverProbe.MISSING_NATIVES).orElseThrow()).contains("JCudaDriver-12.6.0");
    }

    /** Returns whether there is no driver: its kernel module has a file, and its library is in one of these folders. */
    private static boolean noDriver() {
        return Stream.of(
                        "/proc/driver/nvidia/version",
                        "/usr/lib64/libcuda.so.1",
                        "/usr/lib/x86_64-linux-gnu/libcuda.so.1",
                        "/usr/lib/wsl/lib/libcuda.so.1",
                        "/usr/local/nvidia/lib64/libcuda.so.1")
                .map(Path::of)
                .noneMatch(Files::exists);
    }
}
