package dev.voxgrad.medmnist.io;

import java.io.Serial;

import org.jspecify.annotations.Nullable;

/**
 * Reports data that cannot be used. The message is complete for a user at the command line: where, what was found, what
 * was expected, and what to do.
 */
public class DataException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    public DataException(String message) {
        super(message);
    }

    public DataException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
