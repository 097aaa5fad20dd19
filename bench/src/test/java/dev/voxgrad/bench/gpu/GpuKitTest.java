package dev.voxgrad.bench.gpu;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests the summary of what the GPU kit printed, whether or not it was cut; bench/gpu-kit/rehearse runs the kit. */
@EnabledOnOs({OS.LINUX, OS.MAC})
class GpuKitTest {
    private static final Path KIT = Path.of("gpu-kit").toAbsolutePath();

    @TempDir
    private Path folder;

    private List<String> summarize(String log) throws IOException, InterruptedException {
        Path file = Files.writeString(folder.resolve("log.txt"), log);
        Process process = new ProcessBuilder(KIT.resolve("summary").toString(), file.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output.lines().toList();
    }

    @Test
    void countsTestsAndNamesFailures() throws IOException, InterruptedException {
        assertThat(summarize("""
                        == doctor
                        -- doctor: passed, 6 s
                        NVIDIA H, 80.0 GiB, compute capability 9.0, 132 multiprocessors
                        driver 580.1 for CUDA 13.0, cuDNN 9.16.0, cuBLAS 12.6.0 (libcublas.so.12 through JCublas)
                        == tests-engine
                        JUnit Jupiter > LinearTest > reports() :: STARTED
                        JUnit Jupiter > LinearTest > reports() :: SUCCESSFUL
                        JUnit Jupiter > LinearTest > agrees(Device) > [2] cuda :: FAILED
                        \tException: java.lang.AssertionError: 3 differ
                        JUnit Jupiter > CublasTest > frees() :: ABORTED
                        -- tests-engine: FAILED with exit code 1, 44 s
                        -- tests-nn: NOT RUN: no time was left
                        """))
                .containsExactly(
                        "doctor           passed, 6 s",
                        "tests-engine     FAILED with exit code 1, 44 s; tests: 1 passed, 1 FAILED, 1 skipped",
                        "  JUnit Jupiter > LinearTest > agrees(Device) > [2] cuda :: FAILED",
                        "tests-nn         NOT RUN: no time was left",
                        "",
                        "NVIDIA H, 80.0 GiB, compute capability 9.0, 132 multiprocessors",
                        "driver 580.1 for CUDA 13.0, cuDNN 9.16.0, cuBLAS 12.6.0 (libcublas.so.12 through JCublas)");
    }

    @Test
    void saysWhichPartWasCut() throws IOException, InterruptedException {
        assertThat(summarize("""
                        == tests-engine
                        JUnit Jupiter > LinearTest > reports() :: SUCCESSFUL
                        JUnit Jupiter > LinearTest > agrees(Device) > [2] cuda :: FAILED
                        """))
                .containsExactly(
                        "tests-engine     cut; tests: 1 passed, 1 FAILED",
                        "  JUnit Jupiter > LinearTest > agrees(Device) > [2] cuda :: FAILED");
    }

    @Test
    void comparesGraphsWithGraphs() throws IOException, InterruptedException {
        assertThat(summarize("""
                        == steps
                        gpu copy gb_per_s=4000
                        gpu product bf16 tflop_per_s=700.0
                        voxgrad cuda net1 fp32graph train_ms=4.00 infer_ms=1.00 peak_mb=9
                        voxgrad cuda net1 fp32graph-fastest train_ms=3.00 infer_ms=1.10 peak_mb=9
                        gpu: net1 28^3 x32 bf16graph: cuDNN 9.9.0 is known to compute wrong convolutions
                        -- steps: FAILED with exit code 1, 9 s
                        == torch
                        torch cuda net1 fp32graph train_ms=3.30 infer_ms=1.25 peak_mb=9
                        torch cuda Net1 fp32 train_ms=6.00 infer_ms=2.00 peak_mb=9
                        torch cuda resnet18-3d bf16graph train_ms=7.00 infer_ms=3.00 peak_mb=9
                        -- torch: passed, 3 s
                        == steps-cudnn
                        voxgrad cuda net1 fp32graph-fastest-cudnn train_ms=5.00 infer_ms=1.50 peak_mb=9
                        -- steps-cudnn: passed, 3 s
                        measure took 20 s
                        """))
                .contains(
                        "copy gb_per_s=4000; product bf16 tflop_per_s=700.0",
                        "gpu: net1 28^3 x32 bf16graph: cuDNN 9.9.0 is known to compute wrong convolutions",
                        "training step, ms      voxgrad   fastest     cudnn     eager     graph     ratio",
                        "net1 fp32                 4.00      3.00      5.00      6.00      3.30      1.10",
                        "resnet18-3d bf16             -         -         -         -      7.00         -",
                        "inference, ms          voxgrad   fastest     cudnn     eager     graph     ratio",
                        "net1 fp32                 1.00      1.10      1.50      2.00      1.25      1.25",
                        "measure took 20 s");
    }
}
