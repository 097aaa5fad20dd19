package dev.voxgrad.nativecheck.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests reading the processor and its limits from the files of other machines. */
class CpuInfoTest {
    @TempDir
    private Path root;

    @Test
    void readsLinuxFiles() throws IOException {
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
    void readsFlagsWithAnySeparator() throws IOException {
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
    void readsQuotaFromBothCgroupVersions() throws IOException {
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
    void readsUnlimitedAndOlderCgroups() throws IOException {
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
    void missingFilesAreNoError() {
        assertThat(CpuInfo.read(root)).isEqualTo(new CpuInfo("unnamed processor", 0, Set.of(), OptionalDouble.empty()));
    }

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
