package dev.voxgrad.nativecheck.check.cuda;

import java.util.HashMap;
import java.util.Map;

import org.junit.jupiter.api.Test;

import dev.voxgrad.nativecheck.probe.ChildProcess.Outcome;
import dev.voxgrad.nativecheck.probe.DriverProbe;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Status;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests that each state of a CUDA driver has its own finding. */
class DriverCheckTest {
    @Test
    void platformWithoutGpusWarns() {
        Finding finding = new DriverCheck("Mac OS X", "aarch64", answers(Map.of())).judge();
        assertThat(finding.status()).isEqualTo(Status.WARN);
        assertThat(finding.found()).isEqualTo("GPUs are used on Linux x86-64 only, and this is Mac OS X aarch64");
        assertThat(DriverCheck.supported("Windows 11", "amd64")).isFalse();
        assertThat(DriverCheck.supported("Linux", "amd64")).isTrue();
    }

    @Test
    void noDriver() {
        Finding finding = linux(answers(Map.of(DriverProbe.MISSING_LIBRARY, "libcuda.so.1")));
        assertThat(finding.status()).isEqualTo(Status.WARN);
        assertThat(finding.found()).isEqualTo("libcuda.so.1 was not found: no NVIDIA driver is installed here");
        assertThat(finding.fix()).contains("install NVIDIA's driver");
    }

    @Test
    void otherLibraryMissing() {
        Finding finding = linux(answers(Map.of(DriverProbe.MISSING_LIBRARY, "libstdc++.so.6")));
        assertThat(finding.status()).isEqualTo(Status.FAIL);
        assertThat(finding.fix()).contains("libstdc++.so.6");
    }

    @Test
    void driverTooOldForASymbol() {
        Finding finding = linux(answers(Map.of(DriverProbe.MISSING_SYMBOL, "cuGraphAddNode_v2")));
        assertThat(finding.status()).isEqualTo(Status.FAIL);
        assertThat(finding.found()).contains("too old").contains("cuGraphAddNode_v2");
    }

    @Test
    void driverTooOldForALateSymbol() {
        Outcome died = new Outcome(
                127, false, Map.of(), "java: symbol lookup error: libJCudaDriver.so: undefined symbol: cuInit\n");
        Finding finding = linux(died);
        assertThat(finding.status()).isEqualTo(Status.FAIL);
        assertThat(finding.found()).contains("too old").contains("cuInit");
    }

    @Test
    void nativesJarMissing() {
        Finding finding = linux(answers(Map.of(DriverProbe.MISSING_NATIVES, "/lib/libJCudaDriver.so")));
        assertThat(finding.status()).isEqualTo(Status.FAIL);
        assertThat(finding.wanted()).contains("jcuda-natives");
    }

    @Test
    void driverWithoutGpu() {
        Finding finding = linux(started(100, "CUDA_ERROR_NO_DEVICE", Map.of()));
        assertThat(finding.status()).isEqualTo(Status.WARN);
        assertThat(finding.found()).isEqualTo("the driver (for CUDA 12.6) sees no GPU");
    }

    @Test
    void driverAndKernelModuleDiffer() {
        Finding finding = linux(started(803, "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH", Map.of()));
        assertThat(finding.status()).isEqualTo(Status.FAIL);
        assertThat(finding.found()).contains("CUDA_ERROR_SYSTEM_DRIVER_MISMATCH (803)");
        assertThat(finding.fix()).contains("different releases");
    }

    @Test
    void toolkitStub() {
        assertThat(linux(started(34, "CUDA_ERROR_STUB_LIBRARY", Map.of())).fix())
                .contains("stubs");
    }

    @Test
    void probeDied() {
        Finding finding = linux(new Outcome(134, false, Map.of(), "Cannot load symbol x\n"));
        assertThat(finding.status()).isEqualTo(Status.FAIL);
        assertThat(finding.found()).contains("died of signal 6").contains("Cannot load symbol x");
    }

    @Test
    void twoGpus() {
        Finding finding =
                linux(started(0, "CUDA_SUCCESS", Map.of(DriverProbe.GPUS, "2", DriverProbe.GPU_NAME, "NVIDIA H200")));
        assertThat(finding.status()).isEqualTo(Status.PASS);
        assertThat(finding.found()).isEqualTo("the driver (for CUDA 12.6) sees NVIDIA H200 and 1 more");
    }

    @Test
    void gpuWithOldDriver() {
        Finding finding = linux(answers(Map.of(
                DriverProbe.STATUS,
                "0",
                DriverProbe.VERSION,
                "11080",
                DriverProbe.GPUS,
                "1",
                DriverProbe.GPU_NAME,
                "Tesla K80")));
        assertThat(finding.status()).isEqualTo(Status.FAIL);
        assertThat(finding.found()).isEqualTo("the driver (for CUDA 11.8) is too old");
    }

    @Test
    void oldestSupportedDriver() {
        assertThat(linux(answers(Map.of(DriverProbe.STATUS, "0", DriverProbe.VERSION, "12000", DriverProbe.GPUS, "1")))
                        .status())
                .isEqualTo(Status.PASS);
    }

    private static Finding linux(Outcome probe) {
        return new DriverCheck("Linux", "amd64", probe).judge();
    }

    private static Outcome answers(Map<String, String> answers) {
        return new Outcome(0, false, answers, "");
    }

    private static Outcome started(int status, String name, Map<String, String> more) {
        Map<String, String> all = new HashMap<>(more);
        all.put(DriverProbe.STATUS, String.valueOf(status));
        all.put(DriverProbe.STATUS_NAME, name);
        all.put(DriverProbe.VERSION, "12060");
        return answers(all);
    }
}
