package dev.voxgrad.medmnist.train;

import java.io.Serial;

/** Training that was asked to stop; what was learned is in the run's folder, and it can go on from there. */
public final class TrainingStoppedException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    TrainingStoppedException(String message) {
        super(message);
    }
}
