package dev.voxgrad.medmnist.ensemble;

/**
 * Describes how greedy selection is guarded, and the folds on which fitted weights are checked.
 *
 * @param bags number of random halves of the models from which is selected
 * @param best number of best models with which the selection from each half starts
 * @param seed determines the bags, and the folds of validation volumes
 */
public record SelectionSettings(int bags, int best, long seed) {
    /** The maximum number of bags, and of models to start with. */
    public static final int MOST = 1000;

    /** Caruana's number of bags, and the least number of best models that he names. */
    public static final SelectionSettings DEFAULT = new SelectionSettings(20, 5, 1);

    public SelectionSettings {
        requireWithin("bags", bags, 1);
        requireWithin("best", best, 0);
    }

    private static void requireWithin(String name, int value, int least) {
        if (value < least || value > MOST) {
            throw new IllegalArgumentException(name + " is " + value + "; expected " + least + " to " + MOST);
        }
    }
}
