package dev.voxgrad.medmnist.io;

import java.io.Serial;

import org.jspecify.annotations.Nullable;

/** Reports a file that is missing, damaged or of another kind than expected; the message starts with its path. */
public class DataFileException extends DataException {
    @Serial
    private static final long serialVersionUID = 1;

    public DataFileException(String file, String problem) {
        super(file + ": " + problem);
    }

    public DataFileException(String file, String problem, @Nullable Throwable cause) {
        super(file + ": " + problem, cause);
    }
}
