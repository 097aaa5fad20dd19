package dev.voxgrad.nn.weights;

import java.nio.file.Path;

/** A weights file that can't be read, written or used. The message names the file and says what to do. */
public final class WeightsFileException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Names in a hostile file may be of any length; a message is for people. */
    private static final int MOST_CHARACTERS = 2000;

    WeightsFileException(Path file, String problem, Throwable cause) {
        super("weights file " + file + ": " + shown(problem), cause);
    }

    WeightsFileException(Path file, String problem) {
        this(file, problem, null);
    }

    /** With a sentence that {@link #getMessage} of another one gave. */
    WeightsFileException(String message) {
        super(message);
    }

    /** For a file whose contents contradict themselves or the format. */
    static WeightsFileException damaged(Path file, String problem) {
        return damaged(file, problem, null);
    }

    static WeightsFileException damaged(Path file, String problem, Throwable cause) {
        return new WeightsFileException(
                file,
                shown(problem) + "; the file is damaged or no safetensors file, so copy, download or save it again",
                cause);
    }

    /** Returns a text without control and formatting characters, and not too long. */
    static String shown(String problem) {
        String clean = problem.replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]+", " ");
        return clean.length() <= MOST_CHARACTERS + 200 ? clean : clean.substring(0, MOST_CHARACTERS) + "…";
    }
}
