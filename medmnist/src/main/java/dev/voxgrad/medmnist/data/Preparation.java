package dev.voxgrad.medmnist.data;

import java.util.List;
import java.util.Locale;

import dev.voxgrad.engine.flag.Flagged;
import dev.voxgrad.engine.flag.Flags;
import dev.voxgrad.medmnist.io.BadValueException;

import static dev.voxgrad.medmnist.io.BadValueException.require;

/**
 * Defines how stored volumes become what a net takes. A volume of uint8 is divided by 255, augmented in training,
 * multiplied by a factor, z-normalised, and last of all copied to three channels; each of these steps but the first can
 * be left out.
 *
 * @param normalise which volumes are z-normalised
 * @param rgb whether a grey volume is copied to three equal channels; volumes with three channels stay as they are
 * @param scale the factor; 1 leaves volumes as they are. With {@code shapeTransform}, it is for evaluation only
 * @param shapeTransform whether in training the factor is drawn from U[0, 1) each time that a volume is read, as
 *     MedMNIST's script does with its option {@code --shape_transform}
 */
public record Preparation(Normalise normalise, boolean rgb, double scale, boolean shapeTransform) {
    /** The factor in evaluation with {@code shapeTransform}, unless another one is given. */
    public static final double SHAPE_SCALE = 0.5;

    /** Prepares volumes as the original study did. */
    public static final Preparation STUDY = new Preparation(Normalise.STUDY, false, 1, false);

    /** Prepares volumes as MedMNIST's script does for the published results, those of masks excepted. */
    public static final Preparation MEDMNIST = new Preparation(Normalise.NONE, true, 1, false);

    /** Which volumes are z-normalised. */
    public enum Normalise implements Flagged {
        /** All but those of organmnist3d and vesselmnist3d, as in the original study. */
        STUDY,
        /** All. */
        Z,
        /** None. */
        NONE;

        /** Returns the name on the command line. */
        @Override
        public String flag() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Returns the value with that name. */
        public static Normalise byFlag(String flag) {
            return Flags.parse("normalise", flag, List.of(values()));
        }

        /**
         * Returns whether volumes are z-normalised.
         *
         * @param inStudy whether the study z-normalises the volumes of this data set
         */
        boolean applies(boolean inStudy) {
            return this == Z || this == STUDY && inStudy;
        }
    }

    /** Refuses what contradicts itself, and what an edited run.json may contain. */
    public Preparation {
        BadValueException.requirePresent("normalise", normalise);
        require(
                scale > 0 && scale <= Float.MAX_VALUE,
                "scale",
                scale,
                "a positive number of at most " + Float.MAX_VALUE + ", or 1 to leave volumes as they are");
        require(
                normalise != Normalise.Z || scale == 1 && !shapeTransform,
                "normalise",
                normalise.flag(),
                "none, as z-normalisation would undo the factor of --shape-transform and --scale; or add "
                        + "--no-shape-transform and --scale 1");
    }

    /** Returns the preparation of MedMNIST's script for masks, such as those of adrenalmnist3d and vesselmnist3d. */
    public Preparation withShapeTransform() {
        return new Preparation(normalise, rgb, SHAPE_SCALE, true);
    }

    /** Returns the shape of what a net takes, made from volumes of this shape. */
    public VolumeShape shape(VolumeShape stored) {
        return rgb && stored.channels() == 1 ? new VolumeShape(3, stored.edge()) : stored;
    }

    /** Returns words for tables and reports: {@code values from 0 to 1, times 0.5 (in training U[0,1)), RGB}. */
    public String words() {
        String values = switch (normalise) {
            case STUDY -> "z-normalised, except organmnist3d and vesselmnist3d";
            case Z -> "z-normalised";
            case NONE -> "values from 0 to 1";
        };
        return values
                + (shapeTransform
                        ? ", times " + scale + ", in training times a number drawn from U[0,1)"
                        : scale == 1 ? "" : ", times " + scale)
                + (rgb ? ", grey in three equal channels" : "");
    }
}
