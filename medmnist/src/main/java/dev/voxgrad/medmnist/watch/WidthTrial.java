package dev.voxgrad.medmnist.watch;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.voxgrad.engine.device.ConvolutionMode;
import dev.voxgrad.engine.device.CpuDevice;

/**
 * Runs {@link ConvolutionTrial} with narrower vectors. The width is a constant of the running Java machine, so each
 * width takes a process of its own, which writes what it computed to a file.
 */
public final class WidthTrial {
    private static final long SECONDS = 120;
    /** A forward result, an input gradient and a weight gradient of the largest trial are far smaller. */
    private static final int MOST_VALUES = 1 << 26;

    private WidthTrial() {}

    /**
     * Runs in the process of a width.
     *
     * @param arguments the file to write, threads, batch, channels, edge, runs, seconds
     */
    public static void main(String... arguments) throws IOException {
        ConvolutionTrial.Settings settings = new ConvolutionTrial.Settings(
                Integer.parseInt(arguments[2]),
                Integer.parseInt(arguments[3]),
                Integer.parseInt(arguments[4]),
                Integer.parseInt(arguments[5]),
                Double.parseDouble(arguments[6]));
        try (DataOutputStream out =
                new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(Path.of(arguments[0]))))) {
            for (ConvolutionTrial.Result result : all(Integer.parseInt(arguments[1]), settings)) {
                result.write(out);
            }
        }
    }

    /** Returns the results of each mode on the CPU with the vectors of this process. */
    static List<ConvolutionTrial.Result> all(int threads, ConvolutionTrial.Settings settings) {
        List<ConvolutionTrial.Result> results = new ArrayList<>();
        for (ConvolutionMode mode : ConvolutionWatch.MODES) {
            try (CpuDevice device = new CpuDevice(threads, mode, true)) {
                results.add(ConvolutionTrial.run(device, settings));
            }
        }
        return results;
    }

    /**
     * Returns the same with vectors of another width.
     *
     * @throws IOException if the process fails; the message says how
     */
    static List<ConvolutionTrial.Result> all(int bits, int threads, ConvolutionTrial.Settings settings)
            throws IOException, InterruptedException {
        Path file = Files.createTempFile("voxgrad-width", ".bin");
        try {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "--add-modules=jdk.incubator.vector",
                            "--enable-native-access=ALL-UNNAMED",
                            "-XX:ObjectAlignmentInBytes=64",
                            "-Dvoxgrad.vectorBits=" + bits,
                            "-cp",
                            System.getProperty("java.class.path"),
                            WidthTrial.class.getName(),
                            file.toString(),
                            String.valueOf(threads),
                            String.valueOf(settings.batch()),
                            String.valueOf(settings.channels()),
                            String.valueOf(settings.edge()),
                            String.valueOf(settings.runs()),
                            String.valueOf(settings.seconds()))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                if (!process.waitFor(SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                    throw new IOException("a process with vectors of " + bits + " bits "
                            + (process.isAlive()
                                    ? "took longer than " + SECONDS + " s"
                                    : "ended with exit code " + process.exitValue()));
                }
            } finally {
                process.destroyForcibly();
            }
            return read(file);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private static List<ConvolutionTrial.Result> read(Path file) throws IOException {
        List<ConvolutionTrial.Result> results = new ArrayList<>();
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            for (ConvolutionMode _ : ConvolutionWatch.MODES) {
                results.add(ConvolutionTrial.Result.read(in, MOST_VALUES));
            }
        }
        return results;
    }
}
