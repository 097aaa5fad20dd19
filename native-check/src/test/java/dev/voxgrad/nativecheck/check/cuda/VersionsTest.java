package dev.voxgrad.nativecheck.check.cuda;

import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.voxgrad.nativecheck.check.cuda.CudaVersionCheck.Library;
import dev.voxgrad.nativecheck.library.CudaVersion;
import dev.voxgrad.nativecheck.probe.ChildProcess.Outcome;
import dev.voxgrad.nativecheck.probe.VersionProbe;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Status;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests the checks of versions with compatible and incompatible ones. */
class VersionsTest {
    private static final Outcome NOTHING = new Outcome(134, false, Map.of(), "Cannot load symbol x\n");

    @Test
    void runtimeMustNotBeNewerThanTheDriver() {
        assertThat(cuda(Library.RUNTIME, 12_000, 12_060).found()).isEqualTo("12.0, the driver runs up to 12.6");
        Finding finding = cuda(Library.RUNTIME, 13_000, 12_080);
        assertThat(finding.status()).isEqualTo(Status.FAIL);
        assertThat(finding.found()).isEqualTo("the CUDA runtime is 13.0, but the driver is for CUDA 12.8");
    }

    @Test
    void newerNvrtcOfTheSameMajorVersionPasses() {
        assertThat(cuda(Library.NVRTC, 12_060, 12_060).status()).isEqualTo(Status.PASS);
        Finding newer = cuda(Library.NVRTC, 12_090, 12_060);
        assertThat(newer.status()).isEqualTo(Status.PASS);
        assertThat(newer.found()).isEqualTo("12.9, the driver runs up to 12.6 and also machine code of 12.9");
    }

    @Test
    void nvrtc13NeedsADriverForCuda13() {
        Finding finding = cuda(Library.NVRTC, 13_000, 12_060);
        assertThat(finding.status()).isEqualTo(Status.FAIL);
        assertThat(finding.found()).isEqualTo("NVRTC is 13.0, but the driver is for CUDA 12.6");
        assertThat(finding.fix()).contains("R580");
        assertThat(cuda(Library.NVRTC, 13_000, 13_000).status()).isEqualTo(Status.PASS);
        assertThat(cuda(Library.NVRTC, 12_060, 13_000).status()).isEqualTo(Status.PASS);
        assertThat(cuda(Library.PTX, 13_000, 12_060).status()).isEqualTo(Status.FAIL);
        assertThat(cuda(Library.PTX, 12_090, 12_060).status()).isEqualTo(Status.WARN);
    }

    @Test
    void withoutDriverAnyVersionPasses() {
        Finding finding = new CudaVersionCheck(
                        Library.NVRTC, Optional.of(new CudaVersion(12_060)), Optional.empty(), NOTHING)
                .judge();
        assertThat(finding.status()).isEqualTo(Status.PASS);
        assertThat(finding.found()).isEqualTo("12.6");
    }

    @Test
    void missingVersionFailsWithTheProbesReason() {
        Finding runtime = new CudaVersionCheck(Library.RUNTIME, Optional.empty(), Optional.empty(), NOTHING).judge();
        assertThat(runtime.status()).isEqualTo(Status.FAIL);
        assertThat(runtime.found()).contains("died of signal 6").contains("Cannot load symbol x");
        assertThat(new CublasVersionCheck(Optional.empty(), Optional.empty(), NOTHING)
                        .judge()
                        .status())
                .isEqualTo(Status.FAIL);
        assertThat(new CudnnVersionCheck(NOTHING, Optional.empty()).judge().found())
                .contains("Cannot load symbol x");
    }

    @Test
    void cublasMustSuitTheDriver() {
        assertThat(cublas("12.6.4", 12_000).status()).isEqualTo(Status.PASS);
        assertThat(cublas("12.6.4", 13_000).status()).isEqualTo(Status.PASS);
        assertThat(cublas("13.1.0", 13_000).status()).isEqualTo(Status.PASS);
        Finding finding = cublas("13.0.1", 12_080);
        assertThat(finding.status()).isEqualTo(Status.FAIL);
        assertThat(finding.found()).isEqualTo("cuBLAS is 13.0.1, but the driver is for CUDA 12.8");
        assertThat(finding.fix()).contains("R580").contains("cuBLAS of CUDA 12");
        assertThat(cublas("11.8.0", 13_000).found()).isEqualTo("cuBLAS reports version 11.8.0");
        assertThat(cublas("14.0.0", 14_000).status()).isEqualTo(Status.FAIL);
        assertThat(new CublasVersionCheck(Optional.of("13.0.1"), Optional.empty(), NOTHING)
                        .judge()
                        .status())
                .isEqualTo(Status.PASS);
    }

    @ParameterizedTest
    @CsvSource({
        "80907, FAIL, false, false", "90501, PASS, false, false", "90701, PASS, false, false",
        "90800, WARN, true, false", "91001, WARN, true, false", "91002, WARN, true, true",
        "91400, WARN, true, true", "91500, WARN, false, true", "91501, WARN, false, true",
        "91600, PASS, false, false", "100000, FAIL, false, false"
    })
    void cudnnWithWrongConvolutionsWarns(int number, Status status, boolean halves, boolean tf32) {
        Finding finding = cudnn(number, 12_060, 12_060);
        assertThat(finding.status()).isEqualTo(status);
        assertThat(finding.found().contains("refuses --precision")
                        && finding.found().contains("--precision bf16"))
                .isEqualTo(halves);
        assertThat(finding.found().contains("refuses --precision")
                        && finding.found().contains("--precision tf32"))
                .isEqualTo(tf32);
    }

    @Test
    void cudnnForANewerCudaThanTheDriverFails() {
        Finding finding = cudnn(91_600, 13_000, 12_060);
        assertThat(finding.status()).isEqualTo(Status.FAIL);
        assertThat(finding.found()).isEqualTo("cuDNN is 9.16.0 for CUDA 13.0, but the driver is for CUDA 12.6");
        assertThat(cudnn(91_600, 12_090, 13_000).status()).isEqualTo(Status.PASS);
    }

    private static Finding cuda(Library library, int version, int driver) {
        return new CudaVersionCheck(
                        library, Optional.of(new CudaVersion(version)), Optional.of(new CudaVersion(driver)), NOTHING)
                .judge();
    }

    private static Finding cublas(String version, int driver) {
        return new CublasVersionCheck(Optional.of(version), Optional.of(new CudaVersion(driver)), NOTHING).judge();
    }

    private static Finding cudnn(int number, int cuda, int driver) {
        Outcome probe = new Outcome(
                0,
                false,
                Map.of(VersionProbe.CUDNN, String.valueOf(number), VersionProbe.CUDNN_CUDA, String.valueOf(cuda)),
                "");
        return new CudnnVersionCheck(probe, Optional.of(new CudaVersion(driver))).judge();
    }
}
