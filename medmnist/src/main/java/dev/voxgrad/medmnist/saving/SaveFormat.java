package dev.voxgrad.medmnist.saving;

import java.util.List;
import java.util.Locale;

import dev.voxgrad.engine.flag.Flagged;
import dev.voxgrad.engine.flag.Flags;

/** Lists the kinds of files that volumes are saved as. */
public enum SaveFormat implements Flagged {
    /** An animation through the planes across X, 0.2 seconds each, as MedMNIST's Python package saves 3D volumes. */
    GIF(".gif"),
    /** A folder with a picture of each plane across X. */
    PNG(""),
    /** A scan with voxels of 1 mm. */
    NIFTI(".nii.gz");

    private final String suffix;

    SaveFormat(String suffix) {
        this.suffix = suffix;
    }

    /** Returns the name on the command line. */
    @Override
    public String flag() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the format with that name. */
    public static SaveFormat byFlag(String flag) {
        return Flags.parse("format", flag, List.of(values()));
    }

    /** Returns the ending of a file's name; empty for a folder. */
    String suffix() {
        return suffix;
    }
}
