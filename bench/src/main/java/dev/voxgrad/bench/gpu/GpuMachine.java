package dev.voxgrad.bench.gpu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import dev.voxgrad.engine.cuda.cublas.Cublas;
import dev.voxgrad.engine.cuda.cudnn.Cudnn;
import dev.voxgrad.engine.cuda.driver.CudaDriver;
import dev.voxgrad.engine.cuda.nvrtc.Nvrtc;
import dev.voxgrad.engine.device.CudaDevice;

/** Describes the GPU and its software in words, which belong to every measured figure. */
final class GpuMachine {
    private static final Path DRIVER = Path.of("/proc/driver/nvidia/version");

    private GpuMachine() {}

    static List<String> describe(CudaDevice device) {
        CudaDriver gpu = device.driver();
        return List.of(
                String.format(
                        Locale.ROOT,
                        "%s, %.1f GiB, compute capability %d.%d, %d multiprocessors",
                        gpu.name(),
                        gpu.totalBytes() / (double) (1 << 30),
                        gpu.computeCapability() / 10,
                        gpu.computeCapability() % 10,
                        gpu.multiprocessors()),
                "driver " + driver().orElse("of unknown version") + " for CUDA " + CudaDriver.inWords(gpu.version())
                        + ", cuDNN " + Cudnn.inWords(Cudnn.version()) + ", cuBLAS "
                        + Cublas.inWords(device.cublas().version()) + " ("
                        + device.cublas().description() + "), "
                        + Nvrtc.find(gpu.version()).map(Nvrtc::libraryName).orElse("no NVRTC") + ", Java "
                        + Runtime.version());
    }

    /** Returns the number in {@code NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue …}. */
    private static Optional<String> driver() {
        try {
            return Files.readAllLines(DRIVER).stream()
                    .filter(line -> line.startsWith("NVRM"))
                    .flatMap(line -> List.of(line.split("\\s+")).stream())
                    .filter(word -> word.matches("\\d+\\.\\d+(\\.\\d+)*"))
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
