package dev.voxgrad.engine.cuda.nvrtc;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A file of CUDA C that lies beside an operation's classes: {@code op/pool3d/pool3d.cu} for the kernels of
 * {@code op.pool3d}.
 *
 * @param owner a class of the folder that the file is in
 * @param name the file's name without its ending
 */
public record CudaSource(Class<?> owner, String name) {
    /** What all files include: the two element types and sums over a block. */
    static final String HEADER_NAME = "voxgrad.cuh";

    /** The file's text. */
    String text() {
        return read(owner, name + ".cu")
                .orElseThrow(() -> new IllegalStateException(name + ".cu is missing beside " + owner.getName()));
    }

    /** PTX that was built beforehand from the file, if the build made some, with a zero behind it. */
    Optional<byte[]> ptx() {
        return read(owner, name + ".ptx").map(text -> (text + '\0').getBytes(StandardCharsets.UTF_8));
    }

    static String header() {
        return read(CudaSource.class, HEADER_NAME)
                .orElseThrow(() ->
                        new IllegalStateException(HEADER_NAME + " is missing beside " + CudaSource.class.getName()));
    }

    private static Optional<String> read(Class<?> beside, String file) {
        try (InputStream in = beside.getResourceAsStream(file)) {
            return in == null ? Optional.empty() : Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + file + " beside " + beside.getName(), e);
        }
    }
}
