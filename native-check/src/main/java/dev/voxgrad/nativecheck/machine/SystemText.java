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

/** Reads what the system reports about itself, whatever that is: no method throws, and all results are bounded. */
public final class SystemText {
    /** Some machines with 2,000 cores report 5 MB about them; anything after this many bytes is ignored. */
    private static final int LARGEST = 16 << 20;

    private SystemText() {}

    /**
     * Reads a file's lines, with any line separator; returns none if the file is missing or unreadable.
     *
     * @param charset a character set that decodes any byte, such as ISO 8859-1, or UTF-8 (to U+FFFD)
     */
    public static Stream<String> lines(Path file, Charset charset) {
        return text(file, charset).lines();
    }

    /** Reads a file; returns an empty text if it is missing or unreadable. */
    public static String text(Path file, Charset charset) {
        return new String(bytes(file), charset);
    }

    /** Reads a file's first line; returns an empty text if there is none. */
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

    /** Returns the path of that name; empty if the locale's character set cannot encode it. */
    public static Optional<Path> path(String name) {
        try {
            return Optional.of(Path.of(name));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /** Returns the path of that name in a folder; empty if the locale's character set cannot encode it. */
    public static Optional<Path> path(Path folder, String name) {
        return path(name).map(folder::resolve);
    }
}
