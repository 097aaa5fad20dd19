package dev.voxgrad.nativecheck.probe;

import org.junit.jupiter.api.Test;

import dev.voxgrad.nativecheck.probe.Probe.CallFailed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Tests what the probes share: checking statuses, naming them, timing calls and measuring errors. */
class ProbeTest {
    @Test
    void namesStatusesOfCudnn9() {
        assertThat(CudnnStatus.name(1008)).isEqualTo("CUDNN_STATUS_SUBLIBRARY_LOADING_FAILED (1008)");
        assertThat(CudnnStatus.name(3000)).isEqualTo("CUDNN_STATUS_NOT_SUPPORTED (3000)");
        assertThat(CudnnStatus.name(3999)).isEqualTo("CUDNN_STATUS_NOT_SUPPORTED (3999)");
        assertThat(CudnnStatus.name(77)).isEqualTo("CUDNN_STATUS_unknown (77)");
    }

    @Test
    void errorsAreRelativeToTheLargestValue() {
        assertThat(TestData.largestError(new float[] {1, -4.5f}, new double[] {1, -5}))
                .isEqualTo(0.1);
        assertThat(TestData.largestError(new float[] {Float.NaN, 1}, new double[] {1, 1}))
                .isNaN();
    }

    @Test
    void nonzeroStatusEndsProbe() throws CallFailed {
        Probe.check("call", 0, String::valueOf);
        assertThatThrownBy(() -> Probe.check("call", 7, code -> "SEVEN")).hasMessage("call returned SEVEN");
        int[] calls = new int[1];
        assertThat(Probe.milliseconds("call", () -> 0 * ++calls[0], () -> 0, String::valueOf))
                .isNotNegative();
        assertThat(calls[0]).isEqualTo(12);
        assertThatThrownBy(() -> Probe.milliseconds("call", () -> 0, () -> 9, code -> "NINE"))
                .hasMessage("waiting for call returned NINE");
    }
}
