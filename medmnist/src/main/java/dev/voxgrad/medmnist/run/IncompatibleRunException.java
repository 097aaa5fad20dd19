package dev.voxgrad.medmnist.run;

import java.io.Serial;

/** Reports that a run cannot be resumed in the requested way; the message names each option that would change it. */
public final class IncompatibleRunException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    IncompatibleRunException(String message) {
        super(message);
    }
}
