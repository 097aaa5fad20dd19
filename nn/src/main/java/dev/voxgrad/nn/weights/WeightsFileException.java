package dev.voxgrad.nn.weights;

import java.nio.file.Path;

import org.jspecify.annotations.Nullable;

/** Reports a weights file that can't be read, written or used. The message names the file and says what to do. */
public final class WeightsFileException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The limit for messages, which people read: names in a hostile file may have any length. */
    private static final int MOST_CHARACTERS = 2000;

    WeightsFileException(Path file, String problem, @Nullable Throwable cause) {
        super("weights file " + file + ": " + shown(problem), cause);
    }

    WeightsFileException(Path file, String problem) {
        this(file, problem, null);
    }

    /** Creates an exception with the message of another one. */
    WeightsFileException(String message) {
        super(message);
    }

    /** Returns an exception for a file whose contents contradict themselves or the format. */
    static WeightsFileException damaged(Path file, String problem) {
        return damaged(file, problem, null);
    }

    static WeightsFileException damaged(Path file, String problem, @Nullable Throwable cause) {
        return new WeightsFileException(
                file,
                shown(problem) + "; the file is damaged or not a safetensors file; copy, download or save it again",
                cause);
    }

    /** Returns the text without control and formatting characters, shortened if it is too long. */
    static String shown(String problem) {
        String clean = problem.replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]+", " ");
        return clean.length() <= MOST_CHARACTERS + 200 ? clean : clean.substring(0, MOST_CHARACTERS) + "…";
    }
}
