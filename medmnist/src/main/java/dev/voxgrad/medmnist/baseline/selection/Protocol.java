package dev.voxgrad.medmnist.baseline.selection;

import java.util.List;
import java.util.Locale;

import dev.voxgrad.engine.flag.Flagged;
import dev.voxgrad.engine.flag.Flags;

/** Names the ways in which models are chosen. */
public enum Protocol implements Flagged {
    /**
     * Cuts train into stratified folds, chooses by the log-loss of out-of-fold predictions, and fits the chosen models
     * again to the whole of train.
     */
    DEFAULT,
    /**
     * Does what the published row of auto-sklearn did: raw voxels, one split of train into 67 % to fit and 33 % to
     * choose by accuracy, no second fit, val unused. Sources: the script of MedMNIST's authors, which leaves
     * auto-sklearn 0.10.0 at its defaults; Feurer et al., "Efficient and Robust Automated Machine Learning", NIPS 2015.
     */
    AUTOSKLEARN;

    /** Returns the name on the command line. */
    @Override
    public String flag() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the protocol with that name. */
    public static Protocol byFlag(String flag) {
        return Flags.parse("protocol", flag, List.of(values()));
    }
}
