package dev.voxgrad.medmnist.data;

/** The purposes for which this package opens random streams; 100 to 199 are its own. */
final class RandomPurpose {
    /** The order of the training samples in an epoch. */
    static final int SHUFFLE = 100;
    /** Everything random about one synthetic volume. */
    static final int SYNTHETIC = 101;
    /** How volumes are dealt to the folds of a cross-validation. */
    static final int FOLDS = 102;

    private RandomPurpose() {}
}
