package dev.voxgrad.nativecheck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.nativecheck.ChildProcess.Outcome;

import static org.assertj.core.api.Assertions.assertThat;

/** Java, processor and memory of machines that do not exist. */
class ChecksTest {
    @TempDir
    private Path root;

    @Test
    void oldJavaFails() {
        assertThat(new JavaVersionCheck(24, "24.0.1", "V", "/j").judge().status())
                .isEqualTo(Status.FAIL);
        assertThat(new JavaVersionCheck(25, "25", "V", "/j").judge().status()).isEqualTo(Status.PASS);
    }

    @Test
    void missingModuleFailsAndMissingNativeAccessWarns() {
        assertThat(new VectorModuleCheck(false).judge().status()).isEqualTo(Status.FAIL);
        assertThat(new NativeAccessCheck(false).judge().status()).isEqualTo(Status.WARN);
    }

    @Test
    void quotaBelowTheCoresNamesTheThreadsToUse() {
        Finding finding = new CoresCheck(16, 4, OptionalDouble.of(2.5)).judge();
        assertThat(finding.status()).isEqualTo(Status.WARN);
        assertThat(finding.found()).isEqualTo("4 of 16 cores usable, container quota 2.50 cores");
        assertThat(finding.mend()).contains("--threads 2 ");
        assertThat(new CoresCheck(4, 4, OptionalDouble.of(0.5)).judge().mend()).contains("--threads 1 ");
    }

    @Test
    void fewerCoresThanTheMachineHasWarns() {
        assertThat(new CoresCheck(16, 4, OptionalDouble.of(4)).judge().status()).isEqualTo(Status.WARN);
        assertThat(new CoresCheck(4, 4, OptionalDouble.empty()).judge().status())
                .isEqualTo(Status.PASS);
    }

    @Test
    void x86WithoutFmaWarnsAndArmDoesNot() {
        assertThat(new SimdCheck("amd64", Set.of("avx2", "sse4_2")).judge().status())
                .isEqualTo(Status.WARN);
        Finding good = new SimdCheck("amd64", Set.of("fma", "avx2", "pae")).judge();
        assertThat(good.status()).isEqualTo(Status.PASS);
        assertThat(good.found()).isEqualTo("fma avx2");
        assertThat(new SimdCheck("aarch64", Set.of()).judge().status()).isEqualTo(Status.PASS);
    }

    @Test
    void narrowVectorsWarnAndNoAnswerFails() {
        assertThat(width("256").status()).isEqualTo(Status.PASS);
        assertThat(width("256").found()).isEqualTo("256 bits, 8 floats at once");
        assertThat(width("64").status()).isEqualTo(Status.WARN);
        Finding none = new VectorWidthCheck(new Outcome(1, false, Map.of(), "Error: x\n")).judge();
        assertThat(none.status()).isEqualTo(Status.FAIL);
        assertThat(none.found()).contains("Error: x");
    }

    @Test
    void smallHeapWarns() {
        Finding small = new MemoryCheck(2L << 30, 3L << 29).judge();
        assertThat(small.status()).isEqualTo(Status.WARN);
        assertThat(small.found()).isEqualTo("2.0 GiB usable, heap of at most 1.5 GiB");
        assertThat(new MemoryCheck(8L << 30, MemoryCheck.WANTED_HEAP).judge().status())
                .isEqualTo(Status.PASS);
    }

    @Test
    void linuxFilesAreRead() throws IOException {
        write("proc/cpuinfo", """
                processor\t: 0
                model name\t: Some CPU @ 3 GHz: fast
                flags\t\t: fpu avx2 fma

                processor\t: 1
                model name\t: Some CPU @ 3 GHz: fast
                """);
        write("sys/fs/cgroup/cpu.max", "150000 100000\n");
        CpuInfo info = CpuInfo.read(root);
        assertThat(info)
                .isEqualTo(
                        new CpuInfo("Some CPU @ 3 GHz: fast", 2, Set.of("fpu", "avx2", "fma"), OptionalDouble.of(1.5)));
    }

    @Test
    void flagsAreReadWhateverSeparatesThem() throws IOException {
        Map<FakeRoot, Set<String>> flags = Map.of(
                FakeRoot.TWO_BLANKS, Set.of("fpu", "sse4_2", "avx2", "fma", "avx512f"),
                FakeRoot.FLAGS_AND_FEATURES, Set.of("fpu", "avx2", "fma", "asimd"),
                FakeRoot.NO_FLAGS, Set.of(),
                FakeRoot.AARCH64, Set.of("fp", "asimd", "asimdhp", "sve"),
                FakeRoot.POWER, Set.of("altivec"),
                FakeRoot.S390X, Set.of("esan3", "zarch", "vx", "vxd", "vxe", "vxe2"),
                FakeRoot.RISC_V, Set.of("rv64imafdcv", "zicsr", "zifencei", "rvv"),
                FakeRoot.LOONGARCH, Set.of("cpucfg", "lam", "ual", "fpu", "lsx", "lasx"),
                FakeRoot.WSL, Set.of("fpu", "avx2", "fma", "hypervisor"));
        for (Map.Entry<FakeRoot, Set<String>> each : flags.entrySet()) {
            Path folder = Files.createDirectory(root.resolve(each.getKey().name()));
            each.getKey().write(folder);
            assertThat(CpuInfo.read(folder).flags())
                    .as("%s", each.getKey())
                    .containsExactlyInAnyOrderElementsOf(each.getValue());
        }
    }

    @Test
    void featuresThatNobodyKnowsByNameAreCounted() {
        assertThat(new SimdCheck("s390x", Set.of("esan3", "zarch")).judge().found())
                .isEqualTo("none known by name among 2 features");
    }

    @Test
    void quotaIsReadFromGroupsOfEitherVersion() throws IOException {
        FakeRoot.LXCFS_AND_GROUPS_OF_BOTH_VERSIONS.write(root);
        assertThat(CpuInfo.read(root).quota()).hasValue(1.5);
        for (String odd : new String[] {
            "",
            "max",
            "-1 100000",
            "0 100000",
            "9".repeat(400) + " 1",
            "999999999999999999 1",
            "1 0",
            "٣ ٣",
            "x y",
            "1 2 3"
        }) {
            write("sys/fs/cgroup/cpu.max", odd);
            Files.deleteIfExists(root.resolve("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us"));
            assertThat(CpuInfo.read(root).quota()).as(odd).isEmpty();
        }
        write("sys/fs/cgroup/cpu.max", " 250000	100000");
        assertThat(CpuInfo.read(root).quota()).hasValue(2.5);
    }

    @Test
    void unlimitedAndOlderControlGroupsAreRead() throws IOException {
        write("sys/fs/cgroup/cpu.max", "max 100000\n");
        assertThat(CpuInfo.read(root).quota()).isEmpty();
        Files.delete(root.resolve("sys/fs/cgroup/cpu.max"));
        write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "50000\n");
        write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
        assertThat(CpuInfo.read(root).quota()).isEmpty();
        write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "200000\n");
        assertThat(CpuInfo.read(root).quota()).hasValue(4);
    }

    @Test
    void aSystemWithoutThoseFilesIsNoError() {
        assertThat(CpuInfo.read(root)).isEqualTo(new CpuInfo("unnamed processor", 0, Set.of(), OptionalDouble.empty()));
    }

    private Finding width(String bits) {
        return new VectorWidthCheck(new Outcome(0, false, Map.of(VectorProbe.BITS, bits), "")).judge();
    }

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
