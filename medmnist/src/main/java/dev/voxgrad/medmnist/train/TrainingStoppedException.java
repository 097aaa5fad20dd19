package dev.voxgrad.medmnist.train;

import java.io.Serial;

/** Reports that training stopped on request; its progress is saved in the run's folder, and it can be resumed. */
public final class TrainingStoppedException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    public TrainingStoppedException(String message) {
        super(message);
    }
}
