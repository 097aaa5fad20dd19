package dev.voxgrad.nativecheck;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

import dev.voxgrad.nativecheck.check.Check;
import dev.voxgrad.nativecheck.check.Rows;
import dev.voxgrad.nativecheck.check.cuda.CublasVersionCheck;
import dev.voxgrad.nativecheck.check.cuda.CudaVersionCheck;
import dev.voxgrad.nativecheck.check.cuda.CudnnVersionCheck;
import dev.voxgrad.nativecheck.check.cuda.DriverCheck;
import dev.voxgrad.nativecheck.check.cuda.GpuCheck;
import dev.voxgrad.nativecheck.check.cuda.SmokeCheck;
import dev.voxgrad.nativecheck.check.machine.CoresCheck;
import dev.voxgrad.nativecheck.check.machine.CpuModelCheck;
import dev.voxgrad.nativecheck.check.machine.SimdCheck;
import dev.voxgrad.nativecheck.check.machine.TempExecutableCheck;
import dev.voxgrad.nativecheck.check.machine.VectorWidthCheck;
import dev.voxgrad.nativecheck.library.CudaVersion;
import dev.voxgrad.nativecheck.library.Elf;
import dev.voxgrad.nativecheck.library.FakeLibrary;
import dev.voxgrad.nativecheck.library.LibraryPath;
import dev.voxgrad.nativecheck.machine.CpuInfo;
import dev.voxgrad.nativecheck.machine.Mount;
import dev.voxgrad.nativecheck.probe.ChildProcess.Outcome;
import dev.voxgrad.nativecheck.probe.DriverProbe;
import dev.voxgrad.nativecheck.probe.GpuFact;
import dev.voxgrad.nativecheck.probe.SmokeTest;
import dev.voxgrad.nativecheck.probe.VectorProbe;
import dev.voxgrad.nativecheck.probe.VersionProbe;
import dev.voxgrad.nativecheck.report.Report;
import dev.voxgrad.nativecheck.report.Status;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests that any answer of the system can be read: nothing throws, and no result is larger than what was read. */
class SystemPropertyTest {
    private static Path root;

    @BeforeContainer
    static void makeFolder() throws IOException {
        root = Files.createTempDirectory("system");
        Files.createDirectories(root.resolve("proc/self"));
        Files.createDirectories(root.resolve("sys/fs/cgroup/cpu"));
    }

    @AfterContainer
    static void removeFolder() throws IOException {
        try (var files = Files.walk(root)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Property(tries = 500)
    void readsAnyProcessorTable(@ForAll("systemText") byte[] text) throws IOException {
        Files.write(root.resolve("proc/cpuinfo"), text);
        CpuInfo info = CpuInfo.read(root);
        assertThat(info.model()).isNotBlank().hasSizeLessThanOrEqualTo(201);
        assertThat(info.cores()).isBetween(0, text.length);
        assertThat(info.flags()).noneMatch(flag -> flag.isEmpty() || flag.matches(".*\\s.*"));
        assertThat(new SimdCheck("amd64", info.flags()).judge().found()).isNotEmpty();
        assertThat(new CpuModelCheck(info.model(), "amd64").judge().status()).isEqualTo(Status.PASS);
    }

    @Property(tries = 300)
    void readsAnyQuota(@ForAll("systemText") byte[] newer, @ForAll("systemText") byte[] older) throws IOException {
        Path group = root.resolve("sys/fs/cgroup");
        Files.write(group.resolve("cpu.max"), newer);
        Files.write(group.resolve("cpu/cpu.cfs_quota_us"), older);
        Files.write(group.resolve("cpu/cpu.cfs_period_us"), newer);
        CpuInfo info = CpuInfo.read(root);
        info.quota().ifPresent(cores -> assertThat(cores).isPositive().isLessThan(1e6));
        assertThat(new CoresCheck(4, 4, info.quota()).judge().found()).contains("4 of 4 cores");
    }

    @Property(tries = 500)
    void readsAnyTableOfMounts(@ForAll("systemText") byte[] text) throws IOException {
        Path table = Files.write(root.resolve("proc/self/mounts"), text);
        Path folder = Path.of("/tmp/x y");
        Mount mount = Mount.of(table, folder);
        assertThat(folder.startsWith(mount.point())).isTrue();
        assertThat(new TempExecutableCheck(folder, mount).judge().found()).isNotEmpty();
    }

    @Property(tries = 500)
    void readsAnyLoaderCache(@ForAll("systemText") byte[] text) {
        List<String> lines = new String(text, StandardCharsets.UTF_8).lines().toList();
        Map<String, List<Path>> cache = LibraryPath.cache(lines);
        assertThat(cache.values().stream().mapToInt(List::size).sum()).isLessThanOrEqualTo(lines.size());
        LibraryPath path = new LibraryPath(List.of(), cache, List.of(), List.of());
        Libraries libraries = new Libraries(path, true, Optional.empty(), Optional.empty(), Optional.empty());
        assertThat(libraries.checks().stream().map(Check::judge)).isNotEmpty();
    }

    @Property(tries = 500)
    void readsAnyListOfFolders(@ForAll("systemText") byte[] text) {
        assertThat(LibraryPath.folders(new String(text, StandardCharsets.UTF_8)))
                .allMatch(Path::isAbsolute);
    }

    /** Tests an intact library that is truncated and has some bytes changed. */
    @Property(tries = 1000)
    void readsOrRejectsAnyLibrary(@ForAll Random random) throws IOException {
        byte[] bytes = FakeLibrary.named("libx.so.1")
                .needing("liba.so.1", "libb.so.2")
                .withRunPath("$ORIGIN:/x")
                .bytes();
        for (int i = random.nextInt(8); i > 0; i--) {
            // Most of them in the headers and the dynamic section, whose values point elsewhere.
            bytes[random.nextInt(random.nextBoolean() ? bytes.length : 400)] = (byte) random.nextInt(256);
        }
        Path file = Files.write(
                root.resolve("lib"),
                Arrays.copyOf(bytes, random.nextBoolean() ? bytes.length : random.nextInt(bytes.length)));
        try {
            Elf elf = Elf.read(file);
            int names = elf.needed().stream().mapToInt(String::length).sum();
            assertThat(names).isLessThanOrEqualTo(bytes.length);
        } catch (IOException e) {
            assertThat(e.getMessage())
                    .matches("is (damaged|damaged or truncated|not a shared library|"
                            + "a library for another kind of processor)");
        }
    }

    @Property(tries = 500)
    void judgesAnyAnswerOfAProbe(
            @ForAll("answers") Map<String, String> answers,
            @ForAll int exitCode,
            @ForAll boolean timedOut,
            @ForAll String errors) {
        Outcome outcome = new Outcome(exitCode, timedOut, answers, errors);
        Optional<CudaVersion> driver = outcome.cudaVersion(DriverProbe.VERSION);
        List<Check> checks = List.of(
                new DriverCheck("Linux", "amd64", outcome),
                new GpuCheck(0, outcome),
                new VectorWidthCheck(outcome),
                new CudnnVersionCheck(outcome, driver),
                new CublasVersionCheck(outcome.answer(VersionProbe.CUBLAS), driver, outcome),
                new CudaVersionCheck(
                        CudaVersionCheck.Library.NVRTC, outcome.cudaVersion(VersionProbe.NVRTC), driver, outcome),
                new SmokeCheck(SmokeTest.COPY, outcome));
        Rows rows = new Rows(error -> {
            throw new AssertionError(error);
        });
        Report report = Report.of(List.of(rows.lookAll("all", () -> checks).section("Answers")));
        assertThat(report.json()).matches("[\\n -~]*");
        assertThat(report.text().chars()).allMatch(c -> c == '\n' || c >= ' ');
    }

    /** Generates bytes, or words of such texts in any order. */
    @Provide
    Arbitrary<byte[]> systemText() {
        Arbitrary<byte[]> bytes = Arbitraries.bytes().array(byte[].class).ofMaxSize(200);
        Arbitrary<byte[]> words = Arbitraries.of(
                        "processor",
                        "flags",
                        "Features",
                        "isa",
                        "cpu",
                        "model name",
                        " : ",
                        ":",
                        "  ",
                        "\t",
                        "\n",
                        "\r\n",
                        "\0",
                        "0",
                        "1",
                        "-1",
                        "max",
                        "99999999999999999999",
                        "rv64imafdcv_zicsr",
                        "avx2",
                        "altivec supported",
                        "tmpfs",
                        "/",
                        "/tmp",
                        "/tmp/x\\040y",
                        "\\303",
                        "\\9",
                        "rw,noexec",
                        ",,",
                        "\tlibcuda.so.1 (libc6,x86-64) => /x/libcuda.so.1\n",
                        "libcublas.so.",
                        " (libc6,x86-64) => ",
                        "(",
                        ")",
                        "=>",
                        "é",
                        "\ufffd")
                .list()
                .ofMaxSize(60)
                .map(list -> String.join("", list).getBytes(StandardCharsets.UTF_8));
        return Arbitraries.oneOf(bytes, words, Combinators.combine(words, bytes).as((first, second) -> {
            byte[] both = Arrays.copyOf(first, first.length + second.length);
            System.arraycopy(second, 0, both, first.length, second.length);
            return both;
        }));
    }

    @Provide
    Arbitrary<Map<String, String>> answers() {
        Arbitrary<String> keys = Arbitraries.of(
                DriverProbe.STATUS,
                DriverProbe.VERSION,
                DriverProbe.GPUS,
                DriverProbe.GPU_NAME,
                DriverProbe.LINK_ERROR,
                VectorProbe.BITS,
                VersionProbe.CUBLAS,
                VersionProbe.CUDNN,
                VersionProbe.CUDNN_CUDA,
                VersionProbe.NVRTC,
                SmokeTest.COPY.errorKey(),
                SmokeTest.COPY.millisecondsKey(),
                GpuFact.NAME.key(0),
                GpuFact.MAJOR.key(0),
                GpuFact.MODE.key(0),
                GpuFact.TOTAL_BYTES.key(0),
                GpuFact.FREE_BYTES.key(0),
                GpuFact.REFUSAL.key(0));
        Arbitrary<String> values = Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(20),
                Arbitraries.of(
                        "0",
                        "12060",
                        "9.5",
                        "12",
                        "12.",
                        "13.x",
                        "1e309",
                        "NaN",
                        "-1",
                        "2147483648",
                        "9223372036854775808",
                        "CUDA_SUCCESS"));
        return Arbitraries.maps(keys, values);
    }
}
