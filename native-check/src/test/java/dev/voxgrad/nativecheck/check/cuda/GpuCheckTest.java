package dev.voxgrad.nativecheck.check.cuda;

import java.util.HashMap;
import java.util.Map;

import org.junit.jupiter.api.Test;

import dev.voxgrad.nativecheck.probe.ChildProcess.Outcome;
import dev.voxgrad.nativecheck.probe.GpuFact;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Status;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests the check of one GPU with GPUs that do not exist. */
class GpuCheckTest {
    @Test
    void goodGpuPasses() {
        Finding finding = gpu(Map.of());
        assertThat(finding.status()).isEqualTo(Status.PASS);
        assertThat(finding.name()).isEqualTo("cuda:1");
        assertThat(finding.found())
                .isEqualTo("NVIDIA H200, compute capability 9.0, 140.0 GiB (139.5 GiB free), shared mode");
    }

    @Test
    void prohibitedGpuFails() {
        Finding finding = gpu(Map.of(GpuFact.MODE, "2", GpuFact.REFUSAL, "CUDA_ERROR_DEVICE_UNAVAILABLE"));
        assertThat(finding.status()).isEqualTo(Status.FAIL);
        assertThat(finding.found()).endsWith("prohibited mode: no program may use it");
        assertThat(finding.fix()).startsWith("nvidia-smi -i NUMBER -c DEFAULT, as administrator");
    }

    @Test
    void oldGpuFails() {
        Finding finding = gpu(Map.of(GpuFact.MAJOR, "3", GpuFact.MINOR, "7"));
        assertThat(finding.status()).isEqualTo(Status.FAIL);
        assertThat(finding.found()).contains("compute capability 3.7").endsWith("too old for cuDNN 9");
        assertThat(gpu(Map.of(GpuFact.MAJOR, "5", GpuFact.MINOR, "0")).status()).isEqualTo(Status.PASS);
    }

    @Test
    void gpuThatAcceptsNoProgramFails() {
        Finding finding = gpu(Map.of(GpuFact.MODE, "3", GpuFact.REFUSAL, "CUDA_ERROR_OUT_OF_MEMORY"));
        assertThat(finding.status()).isEqualTo(Status.FAIL);
        assertThat(finding.found()).contains("exclusive mode").endsWith("CUDA_ERROR_OUT_OF_MEMORY");
    }

    @Test
    void unresponsiveGpuFails() {
        Finding finding = new GpuCheck(3, new Outcome(0, false, Map.of(), "")).judge();
        assertThat(finding.status()).isEqualTo(Status.FAIL);
        assertThat(finding.found()).isEqualTo("the driver lists cuda:3 but cannot open it");
    }

    private static Finding gpu(Map<GpuFact, String> facts) {
        Map<GpuFact, String> all = new HashMap<>(Map.of(
                GpuFact.NAME,
                "NVIDIA H200",
                GpuFact.MAJOR,
                "9",
                GpuFact.MINOR,
                "0",
                GpuFact.MODE,
                "0",
                GpuFact.TOTAL_BYTES,
                String.valueOf(140L << 30),
                GpuFact.FREE_BYTES,
                String.valueOf(279L << 29)));
        all.putAll(facts);
        Map<String, String> answers = new HashMap<>();
        all.forEach((fact, value) -> answers.put(fact.key(1), value));
        return new GpuCheck(1, new Outcome(0, false, answers, "")).judge();
    }
}
