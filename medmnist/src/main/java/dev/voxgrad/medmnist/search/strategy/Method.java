package dev.voxgrad.medmnist.search.strategy;

import java.util.List;
import java.util.Locale;

import dev.voxgrad.engine.flag.Flagged;
import dev.voxgrad.engine.flag.Flags;

/** The ways to search: whether trials are compared at rungs, and where their configurations come from. */
public enum Method implements Flagged {
    /** Compares trials at rungs, and draws configurations near good ones ({@link Tpe}). */
    ASHA(true, true),
    /** Compares trials at rungs, and draws configurations at random. */
    ASHA_RANDOM(true, false),
    /** Trains every trial to its end, and draws configurations near good ones ({@link Tpe}). */
    TPE(false, true),
    /** Trains every trial to its end, and draws configurations at random. */
    RANDOM(false, false);

    private final boolean rungs;
    private final boolean model;

    Method(boolean rungs, boolean model) {
        this.rungs = rungs;
        this.model = model;
    }

    /** Returns whether trials are compared before their end. */
    public boolean usesRungs() {
        return rungs;
    }

    /** Returns whether configurations depend on the results so far. */
    boolean usesModel() {
        return model;
    }

    /** Returns the name on the command line. */
    @Override
    public String flag() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Returns the method with that name. */
    public static Method byFlag(String flag) {
        return Flags.parse("strategy", flag, List.of(values()));
    }
}
