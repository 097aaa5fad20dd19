package dev.voxgrad.nativecheck.check.cuda;

import java.util.HashMap;
import java.util.Map;

import org.junit.jupiter.api.Test;

import dev.voxgrad.nativecheck.check.SkippedCheck;
import dev.voxgrad.nativecheck.probe.ChildProcess.Outcome;
import dev.voxgrad.nativecheck.probe.CudnnStatus;
import dev.voxgrad.nativecheck.probe.DriverProbe;
import dev.voxgrad.nativecheck.probe.NvrtcProbe;
import dev.voxgrad.nativecheck.probe.Probe;
import dev.voxgrad.nativecheck.probe.SmokeTest;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Status;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests the judgement of smoke tests that passed, failed, or crashed their process. */
class SmokeCheckTest {
    private static final SmokeTest CONV = SmokeTest.CONV3D_DATA;

    @Test
    void smallErrorPasses() {
        Finding finding = conv("3.25E-7");
        assertThat(finding.status()).isEqualTo(Status.PASS);
        assertThat(finding.found()).isEqualTo("largest error 3.3e-07 relative to the largest result, 0.125 ms");
    }

    @Test
    void largeErrorAndNanFail() {
        assertThat(conv("0.3").status()).isEqualTo(Status.FAIL);
        assertThat(conv("0.3").found()).startsWith("wrong results: largest error 3.0e-01");
        assertThat(conv("NaN").status()).isEqualTo(Status.FAIL);
        assertThat(conv(String.valueOf(CONV.tolerance())).status()).isEqualTo(Status.PASS);
    }

    @Test
    void copyMustBeExact() {
        Map<String, String> answers = Map.of(SmokeTest.COPY.errorKey(), "1.0E-9");
        assertThat(judge(SmokeTest.COPY, 0, answers, "").status()).isEqualTo(Status.FAIL);
    }

    @Test
    void abortNamesMissingPart() {
        Finding finding = judge(CONV, 134, Map.of(), """
                Unable to load any of {libcudnn_graph.so.9.5.1, libcudnn_graph.so.9.5, libcudnn_graph.so.9}
                Invalid handle. Cannot load symbol cudnnCreate
                """);
        assertThat(finding.status()).isEqualTo(Status.FAIL);
        assertThat(finding.found())
                .contains("died of signal 6")
                .contains("libcudnn_graph.so.9")
                .endsWith("a part of the library is missing or does not match");
        assertThat(finding.fix()).contains("install all of cuDNN 9");
    }

    @Test
    void answersBeforeAnAbortCount() {
        Map<String, String> answers = Map.of(SmokeTest.CONV3D_FORWARD.errorKey(), "1.0E-7");
        String words = "Invalid handle. Cannot load symbol cudnnConvolutionBackwardData\n";
        assertThat(judge(SmokeTest.CONV3D_FORWARD, 134, answers, words).status())
                .isEqualTo(Status.PASS);
        assertThat(judge(CONV, 134, answers, words).status()).isEqualTo(Status.FAIL);
    }

    @Test
    void namesFailedCall() {
        Finding finding = judge(CONV, 0, Map.of(Probe.FAILED, "cudnnCreate returned " + CudnnStatus.name(1001)), "");
        assertThat(finding.status()).isEqualTo(Status.FAIL);
        assertThat(finding.found()).isEqualTo("cudnnCreate returned CUDNN_STATUS_NOT_INITIALIZED (1001)");
        assertThat(judge(CONV, 0, Map.of(DriverProbe.MISSING_LIBRARY, "libcudnn.so.9"), "")
                        .found())
                .isEqualTo("libcudnn.so.9 was not found");
        assertThat(judge(CONV, 0, Map.of(), "").found()).isEqualTo("the probe gave no answer");
    }

    @Test
    void nvrtcReportsItsTime() {
        Map<String, String> answers =
                Map.of(SmokeTest.NVRTC.errorKey(), "0.0", SmokeTest.NVRTC.millisecondsKey(), "25.7");
        assertThat(judge(SmokeTest.NVRTC, 0, answers, "").found()).isEqualTo("a kernel compiled to PTX in 25.700 ms");
        Map<String, String> loaded = new HashMap<>(answers);
        loaded.put(NvrtcProbe.LOADED, "machine code");
        assertThat(judge(SmokeTest.NVRTC, 0, loaded, "").found())
                .isEqualTo("a kernel compiled to machine code in 25.700 ms and loaded by the driver");
    }

    @Test
    void skippedCheckWarnsWithoutAFix() {
        Finding finding = new SkippedCheck("copy", "there is no working GPU").judge();
        assertThat(finding).isEqualTo(Finding.warn("copy", "skipped: there is no working GPU", "", ""));
    }

    private static Finding conv(String error) {
        return judge(CONV, 0, Map.of(CONV.errorKey(), error, CONV.millisecondsKey(), "0.125"), "");
    }

    private static Finding judge(SmokeTest test, int exitCode, Map<String, String> answers, String errors) {
        return new SmokeCheck(test, new Outcome(exitCode, false, answers, errors)).judge();
    }
}
