package dev.voxgrad.medmnist.train;

import java.io.Serial;
import java.util.Optional;

/** Nothing that can be mended by going on: a loss, gradient, weight or score that is no number. */
public final class DivergedException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    DivergedException(String message) {
        super(message + "; try a smaller --lr");
    }

    /**
     * At that step.
     *
     * @param tensor what is known of the weights, in words
     */
    static DivergedException at(int epoch, int step, String what, Optional<String> tensor) {
        return new DivergedException(what + " in epoch " + epoch + ", step " + step
                + tensor.map(words -> " (" + words + ")").orElse(""));
    }
}
