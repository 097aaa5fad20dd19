package dev.voxgrad.bench.gpu;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import dev.voxgrad.engine.device.cuda.Precision;
import dev.voxgrad.engine.testing.CudaEmulator;
import dev.voxgrad.engine.testing.TestGpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Tests that the report runs and counts on a real or emulated GPU, not what it measures. */
class GpuReportTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return GpuReport.execute(new PrintWriter(out), new PrintWriter(err), arguments);
    }

    private int runTiny(String... more) {
        List<String> words = new ArrayList<>(List.of(
                "--nets",
                "1",
                "--size",
                "4",
                "--batch",
                "2",
                "--warm-up",
                "3",
                "--repeats",
                "3",
                "--copy",
                "1",
                "--matrix",
                "8"));
        words.addAll(List.of(more));
        return run(words.toArray(String[]::new));
    }

    @ParameterizedTest
    @EnumSource
    void measuresAndReports(Precision precision) {
        TestGpu.assumeComputes(precision);
        String flag = precision.flag();
        assertThat(runTiny("--precisions", flag, "--concurrent", "1,2"))
                .as(err.toString())
                .isZero();
        List<String> lines = out.toString().lines().toList();
        assertThat(lines.get(0)).matches(".+, \\d+\\.\\d GiB, compute capability \\d+\\.\\d, \\d+ multiprocessors");
        assertThat(lines.get(1))
                .matches("driver .+ for CUDA 1\\d\\.\\d+, cuDNN 9\\.\\d+\\.\\d+, "
                        + "cuBLAS 1[23]\\.\\d+\\.\\d+ \\(libcublas\\.so\\.1[23] through [^)]+\\), "
                        + "libnvrtc\\.so\\.1[23], Java 2.+");
        requireOnce(lines, "gpu copy gb_per_s=\\d+");
        requireOnce(lines, "gpu product " + flag + " tflop_per_s=\\d+\\.\\d");
        for (String mode : new String[] {flag + "graph", flag + "graph-fastest"}) {
            requireOnce(
                    lines, "voxgrad cuda net1 " + mode + " train_ms=\\d+\\.\\d\\d infer_ms=\\d+\\.\\d\\d peak_mb=\\d+");
            assertThat(lines)
                    .filteredOn(line -> line.matches("\\| net1 4\\^3 x2 \\| +" + mode + " \\|( +\\S+ \\|){7}"))
                    .as("rows of training and inference")
                    .hasSize(2);
        }
        for (int members = 1; members <= 2; members++) {
            requireOnce(lines, "voxgrad cuda net1 " + flag + "graph members=" + members + " steps_per_s=\\d+\\.\\d");
        }
        assertThat(lines).contains("## Ceilings of this GPU", "## Training step", "## Inference", "## Members at once");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void comparesStepsWithBothKindsOfKernels() {
        TestGpu.assumeSome();
        assertThat(runTiny(
                        "--precisions",
                        "fp32",
                        "--algorithms",
                        "deterministic",
                        "--kernels",
                        "own,cudnn",
                        "--concurrent",
                        "0"))
                .as(err.toString())
                .isZero();
        List<String> lines = out.toString().lines().toList();
        requireOnce(lines, "voxgrad cuda net1 fp32graph train_ms=.*");
        requireOnce(lines, "voxgrad cuda net1 fp32graph-cudnn train_ms=.*");
    }

    private static void requireOnce(List<String> lines, String pattern) {
        assertThat(lines).filteredOn(line -> line.matches(pattern)).as(pattern).hasSize(1);
    }

    @Test
    void reportsWhatDoesNotFitAndContinues() {
        TestGpu.assumeSome();
        assumeTrue(TestGpu.isEmulated(), "only the emulated GPU's memory can be set");
        CudaEmulator.memoryLimit(15 << 20);
        try {
            assertThat(runTiny("--precisions", "fp32", "--algorithms", "deterministic", "--concurrent", "1,2"))
                    .isEqualTo(1);
        } finally {
            CudaEmulator.reset();
        }
        assertThat(err.toString())
                .matches("gpu: net1 4\\^3 x2 fp32graph, members at once: 2: "
                        + ".*the GPU's memory is full: [^\\n]+\\n");
        assertThat(out.toString())
                .contains("voxgrad cuda net1 fp32graph train_ms=", "fp32graph members=1")
                .doesNotContain("members=2");
    }

    @Test
    void checkOnlyDescribesTheGpu() {
        TestGpu.assumeSome();
        assertThat(run("--check")).isZero();
        assertThat(out.toString().lines()).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --nets 4             | unknown net 'net4'; known nets are net1, net2, net3, resnet18
            --size 2             | net1 at size 2: expected a size from 4
            --precisions fp16    | precision is 'fp16'; expected fp32, tf32, bf16
            --algorithms quick   | --algorithms has 'quick'; choose deterministic, fastest
            --kernels mine       | gpu-kernels is 'mine'; expected own, cudnn
            --warm-up 2          | --warm-up is 2; expected at least 3
            --repeats 0          | --repeats and --copy must be at least 1
            --matrix 40000       | --matrix is 40000; expected at most 32768
            --concurrent -1      | --concurrent has -1; expected 0 or more
            """)
    void rejectsWrongUse(String words, String message) {
        assertThat(run(words.split(" "))).isEqualTo(2);
        assertThat(err.toString()).startsWith("gpu: ").contains(message);
    }
}
