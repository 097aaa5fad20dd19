package dev.voxgrad.medmnist.explain;

import java.util.List;
import java.util.Optional;

import dev.voxgrad.engine.flag.Flagged;
import dev.voxgrad.engine.flag.Flags;

/** Defines the value that stands for "nothing here" in {@link Occlusion} and {@link IntegratedGradients}. */
public enum Fill implements Flagged {
    /** The smallest value of the volume, channel by channel: the background of masks, and air in CT. */
    DARKEST("darkest"),
    /** The mean of the volume, channel by channel; 0 for volumes that are z-normalised. */
    MEAN("mean");

    private final String flag;

    Fill(String flag) {
        this.flag = flag;
    }

    @Override
    public String flag() {
        return flag;
    }

    /** Returns the value of that name, if there is one. */
    public static Optional<Fill> byFlag(String flag) {
        return Flags.find(flag, List.of(values()));
    }

    /** Returns all names: {@code darkest, mean}. */
    public static String flags() {
        return Flags.list(List.of(values()));
    }

    /** Returns the value in words. */
    String words() {
        return this == DARKEST ? "the volume's smallest value" : "the volume's mean";
    }
}
