package dev.voxgrad.engine.cuda.nvrtc;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Names a file of CUDA C++ next to an operation's classes: {@code op/pool3d/pool3d.cu} for the kernels of
 * {@code op.pool3d}.
 *
 * @param owner a class of the folder that the file is in
 * @param name the file's name without its extension
 */
public record CudaSource(Class<?> owner, String name) {
    /** The header that all files include: the two element types and sums over a block. */
    static final String HEADER_NAME = "voxgrad.cuh";

    /** Returns the file's text. */
    String text() {
        return read(owner, name + ".cu")
                .orElseThrow(() -> new IllegalStateException(name + ".cu is missing next to " + owner.getName()));
    }

    /** Returns the PTX that the build made from the file, if it did, followed by a zero byte. */
    Optional<byte[]> ptx() {
        return read(owner, name + ".ptx").map(text -> (text + '\0').getBytes(StandardCharsets.UTF_8));
    }

    static String header() {
        return read(CudaSource.class, HEADER_NAME)
                .orElseThrow(() ->
                        new IllegalStateException(HEADER_NAME + " is missing next to " + CudaSource.class.getName()));
    }

    private static Optional<String> read(Class<?> neighbour, String file) {
        try (InputStream in = neighbour.getResourceAsStream(file)) {
            return in == null ? Optional.empty() : Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + file + " next to " + neighbour.getName(), e);
        }
    }
}
