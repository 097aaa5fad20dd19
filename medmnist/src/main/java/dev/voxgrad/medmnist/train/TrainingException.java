package dev.voxgrad.medmnist.train;

import java.io.Serial;

/** Reports training that cannot continue; the message names member, epoch and step, and says what to try. */
public final class TrainingException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    public TrainingException(String message) {
        super(message);
    }
}
