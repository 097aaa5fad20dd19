package dev.voxgrad.nativecheck.machine;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads what the system says about itself, whatever that is: nothing here throws, and nothing grows without bound. */
public final class SystemText {
    /** Some machines with 2,000 cores tell 5 MB about them; what comes after this many bytes is not read. */
    private static final int LARGEST = 16 << 20;

    private SystemText() {}

    /**
     * Reads a file's lines, whatever ends them; none where there is no such file, or it cannot be read.
     *
     * @param charset gives every byte a character, as UTF-8 does with U+FFFD in Java and ISO 8859-1 by itself
     */
    public static Stream<String> lines(Path file, Charset charset) {
        return text(file, charset).lines();
    }

    /** Reads a file; empty where there is no such file, or it cannot be read. */
    public static String text(Path file, Charset charset) {
        return new String(bytes(file), charset);
    }

    /** Reads a file's first line; empty where there is none. */
    public static String firstLine(Path file) {
        return lines(file, StandardCharsets.UTF_8).findFirst().orElse("").strip();
    }

    private static byte[] bytes(Path file) {
        // Reading a named pipe would wait for a writer, and a device may have no end.
        if (!Files.isRegularFile(file)) {
            return new byte[0];
        }
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(LARGEST);
        } catch (IOException | RuntimeException e) {
            return new byte[0];
        }
    }

    /** Returns the path of that name; empty where the locale's character set has no such name. */
    public static Optional<Path> path(String name) {
        try {
            return Optional.of(Path.of(name));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /** Returns the path of that name in a folder; empty where the locale's character set has no such name. */
    public static Optional<Path> path(Path folder, String name) {
        return path(name).map(folder::resolve);
    }
}
