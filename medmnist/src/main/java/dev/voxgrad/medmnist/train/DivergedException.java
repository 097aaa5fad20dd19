package dev.voxgrad.medmnist.train;

import java.util.Optional;

/** Nothing that can be mended by going on: a loss, gradient or weight that is no number. */
final class DivergedException extends Exception {
    private static final long serialVersionUID = 1;

    DivergedException(String message) {
        super(message);
    }

    /**
     * In a step.
     *
     * @param what was found
     * @param tensor the first tensor that is to blame, in words
     */
    static DivergedException in(int epoch, int step, String what, Optional<String> tensor) {
        return new DivergedException(what + " in epoch " + epoch + ", step " + step
                + tensor.map(words -> " (" + words + ")").orElse("") + "; try a smaller --lr");
    }
}
