package dev.voxgrad.engine.device.cuda;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

import dev.voxgrad.engine.cuda.CudaException;
import dev.voxgrad.engine.cuda.ForeignLibrary;
import dev.voxgrad.engine.cuda.cublas.CublasBinding;
import dev.voxgrad.engine.cuda.driver.CudaDriver;

/** Searches for the libraries that a GPU needs, without calling them. */
public final class CudaLibraries {
    private static final String DRIVER = "libcuda.so.1";
    private static final String CUDNN = "libcudnn.so.9";
    /** The parts of cuDNN that convolutions need; if one is missing, cuDNN ends the process. */
    private static final List<String> CUDNN_PARTS = List.of(
            "libcudnn_graph.so.9",
            "libcudnn_ops.so.9",
            "libcudnn_cnn.so.9",
            "libcudnn_heuristic.so.9",
            "libcudnn_engines_precompiled.so.9",
            "libcudnn_engines_runtime_compiled.so.9");

    private static final Path MAPPINGS = Path.of("/proc/self/maps");

    private CudaLibraries() {}

    /**
     * Describes what a GPU lacks; empty if everything is installed. Searches for the driver first, and for nothing else
     * without it.
     *
     * @throws CudaException if the driver is too old or sees no GPU
     * @throws IllegalArgumentException if it sees no GPU of that number, or if the user forces a binding of cuBLAS that
     *     does not load
     */
    public static Optional<String> firstMissing(int gpu) {
        if (ForeignLibrary.find(DRIVER).isEmpty()) {
            return Optional.of("no NVIDIA driver is installed (" + DRIVER + " was not found)");
        }
        if (ForeignLibrary.find(CUDNN).isEmpty()) {
            return Optional.of("cuDNN 9 was not found (" + CUDNN + ")");
        }
        int driver = CudaDriver.of(gpu).version();
        if (CublasBinding.find(driver).isEmpty()) {
            return Optional.of(CublasBinding.missing(driver));
        }
        return CUDNN_PARTS.stream()
                .filter(part ->
                        !isNextToCudnn(part) && ForeignLibrary.find(part).isEmpty())
                .findFirst()
                .map(part -> "a part of cuDNN was not found (" + part + ")");
    }

    /** Returns whether the folder that cuDNN was loaded from has such a file; cuDNN itself looks there first. */
    private static boolean isNextToCudnn(String part) {
        try {
            return cudnnFiles(Files.readAllBytes(MAPPINGS)).anyMatch(file -> Files.exists(file.resolveSibling(part)));
        } catch (IOException e) {
            return false; // no such file system here; the loader decides
        }
    }

    /**
     * Returns cuDNN's files in a table such as {@code /proc/self/maps}. File names are bytes, which need not be text in
     * the locale's character set: only a URI preserves them.
     */
    static Stream<Path> cudnnFiles(byte[] mappings) {
        return new String(mappings, StandardCharsets.ISO_8859_1)
                .lines()
                .filter(line -> line.contains("/" + CUDNN.replace(".so.9", ".so")))
                .map(line -> line.substring(line.indexOf('/')).replaceFirst("^/+", "/"))
                .distinct()
                .map(name -> Path.of(URI.create("file://" + escaped(name))));
    }

    private static String escaped(String bytes) {
        StringBuilder uri = new StringBuilder();
        bytes.chars()
                .filter(c -> c != 0)
                .forEach(c -> uri.append(c == '/' ? "/" : String.format(Locale.ROOT, "%%%02X", c)));
        return uri.toString();
    }
}
