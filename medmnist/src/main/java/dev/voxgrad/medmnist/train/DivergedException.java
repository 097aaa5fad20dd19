package dev.voxgrad.medmnist.train;

import java.io.Serial;
import java.util.Optional;

/** Reports that training diverged: a loss, gradient, weight or score is NaN or infinite. Continuing cannot help. */
public final class DivergedException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    DivergedException(String message) {
        super(message + "; try a smaller --lr");
    }

    /**
     * Returns an exception that names the step.
     *
     * @param detail what is known about the weights or gradients, in words
     */
    static DivergedException at(int epoch, int step, String what, Optional<String> detail) {
        return new DivergedException(what + " in epoch " + epoch + ", step " + step
                + detail.map(words -> " (" + words + ")").orElse(""));
    }
}
