package dev.voxgrad.bench.peers;

import java.io.IOException;
import java.nio.file.Path;

import tools.jackson.databind.json.JsonMapper;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CpuPeak;

/**
 * Measures the machine's peak in its own process, as the engines are measured.
 *
 * <p>The arguments are the number of threads, and the file to which a {@link CpuPeak} is written.
 */
final class PeakProcess {
    private PeakProcess() {}

    /** Measures and ends. */
    public static void main(String... arguments) throws IOException {
        try (CpuDevice device = new CpuDevice(Integer.parseInt(arguments[0]))) {
            new JsonMapper().writeValue(Path.of(arguments[1]), CpuPeak.measure(device));
        }
    }
}
