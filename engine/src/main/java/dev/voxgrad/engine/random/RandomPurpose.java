package dev.voxgrad.engine.random;

/**
 * Lists what random streams are used for. This is the one register: two uses with different purposes never draw the
 * same values, whatever their seeds, epochs and samples.
 *
 * <p>The keys are part of every result. Changing one changes the values drawn, so keys stay as they are and a new
 * purpose takes a new key. Other purposes have names, such as augmentation transforms: each
 * name owns {@link #ATTEMPTS} keys, starting at its {@link String#hashCode}; see {@link #named}.
 */
public enum RandomPurpose {
    /** Values whose origin doesn't matter: measurements, benchmarks, tests. */
    ANY(0),
    /** The order of the training samples in an epoch. */
    SHUFFLE(100),
    /** Everything random about one synthetic volume. */
    SYNTHETIC_VOLUME(101),
    /** The assignment of volumes to the folds of a cross-validation. */
    FOLDS(102),
    /** The seed of one member of a run. */
    MEMBER_SEED(200),
    /** The samples of one bootstrap resample. */
    BOOTSTRAP(400),
    /** One dimension of a configuration that a search draws from the prior. */
    SEARCH(500),
    /** One dimension of a configuration that a search derives from the results so far. */
    SUGGESTION(501),
    /** The rows, features and edges of one tree, or of one round of boosting. */
    TREES(600),
    /** The models of one bag, when an ensemble is selected. */
    BAGS(601),
    /** The initial values of a net's parameters. The key spells "INIT". */
    INITIALIZATION(0x494E4954);

    /** The number of keys that each name owns: one for each attempt at a sample. */
    public static final int ATTEMPTS = 16;

    private final int key;

    RandomPurpose(int key) {
        this.key = key;
    }

    /** Returns the number that identifies this purpose within a stream's name. */
    public int key() {
        return key;
    }

    /**
     * Returns the key of a purpose that has a name instead of a constant.
     *
     * @param attempt from 0 to {@link #ATTEMPTS} − 1, for draws that may have to be repeated
     * @throws IllegalArgumentException if the attempt is outside that range
     */
    public static int named(String name, int attempt) {
        if (attempt < 0 || attempt >= ATTEMPTS) {
            throw new IllegalArgumentException(
                    "random purpose " + name + ": attempt is " + attempt + ", expected 0 to " + (ATTEMPTS - 1));
        }
        return name.hashCode() + attempt;
    }

    /** Tests whether two names share keys, so that their streams could draw the same values. */
    public static boolean overlap(String a, String b) {
        return Math.abs((long) a.hashCode() - b.hashCode()) < ATTEMPTS;
    }

    /**
     * Checks that no key of a name belongs to one of the constants.
     *
     * @throws IllegalArgumentException if one does; choose another name
     */
    public static void requireFree(String name) {
        for (RandomPurpose purpose : values()) {
            int offset = purpose.key - name.hashCode();
            if (offset >= 0 && offset < ATTEMPTS) {
                throw new IllegalArgumentException("random purpose '" + name + "' has the key " + purpose.key
                        + ", which belongs to " + purpose + "; choose another name");
            }
        }
    }
}
