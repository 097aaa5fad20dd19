package dev.voxgrad.nativecheck.check.machine;

import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

import org.junit.jupiter.api.Test;

import dev.voxgrad.nativecheck.probe.ChildProcess.Outcome;
import dev.voxgrad.nativecheck.probe.VectorProbe;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Status;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests the checks of Java, processor and memory with machines that do not exist. */
class ChecksTest {
    @Test
    void oldJavaFails() {
        assertThat(new JavaVersionCheck(24, "24.0.1", "V", "/j").judge().status())
                .isEqualTo(Status.FAIL);
        assertThat(new JavaVersionCheck(25, "25", "V", "/j").judge().status()).isEqualTo(Status.PASS);
    }

    @Test
    void missingModuleFailsAndNoNativeAccessWarns() {
        assertThat(new VectorModuleCheck(false).judge().status()).isEqualTo(Status.FAIL);
        assertThat(new NativeAccessCheck(false).judge().status()).isEqualTo(Status.WARN);
    }

    @Test
    void lowQuotaSuggestsThreads() {
        Finding finding = new CoresCheck(16, 4, OptionalDouble.of(2.5)).judge();
        assertThat(finding.status()).isEqualTo(Status.WARN);
        assertThat(finding.found()).isEqualTo("4 of 16 cores usable, container quota 2.50 cores");
        assertThat(finding.fix()).contains("--threads 2 ");
        assertThat(new CoresCheck(4, 4, OptionalDouble.of(0.5)).judge().fix()).contains("--threads 1 ");
    }

    @Test
    void fewerUsableCoresWarn() {
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
    void narrowVectorsWarnAndMissingAnswerFails() {
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
        assertThat(small.found()).isEqualTo("2.0 GiB usable, heap of up to 1.5 GiB");
        assertThat(new MemoryCheck(8L << 30, MemoryCheck.WANTED_HEAP).judge().status())
                .isEqualTo(Status.PASS);
    }

    @Test
    void countsUnknownCpuFeatures() {
        assertThat(new SimdCheck("s390x", Set.of("esan3", "zarch")).judge().found())
                .isEqualTo("none recognized among 2 features");
    }

    private Finding width(String bits) {
        return new VectorWidthCheck(new Outcome(0, false, Map.of(VectorProbe.BITS, bits), "")).judge();
    }
}
