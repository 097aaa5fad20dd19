package dev.voxgrad.medmnist.data;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;

import dev.voxgrad.engine.flag.Flagged;
import dev.voxgrad.engine.flag.Flags;
import dev.voxgrad.medmnist.io.BadValueException;

import static dev.voxgrad.medmnist.io.BadValueException.require;
import static dev.voxgrad.medmnist.io.BadValueException.requireUnderstood;

/**
 * Defines how stored volumes become what a net takes. A volume of values from 0 to 1, as a
 * {@link Window} makes them, is augmented in training, multiplied by a factor, z-normalised, and last of all copied to
 * three channels; each of these steps can be left out.
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

    /** What the names of the parts start with in the metadata of a weight file. */
    private static final String KEY = "voxgrad.volumes.";

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
        public boolean applies(boolean inStudy) {
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

    /** Returns the same preparation without z-normalisation. */
    public Preparation withoutNormalisation() {
        return new Preparation(Normalise.NONE, rgb, scale, shapeTransform);
    }

    /** Returns the shape of what a net takes, made from volumes of this shape. */
    public VolumeShape shape(VolumeShape stored) {
        return rgb && stored.channels() == 1 ? stored.withChannels(3) : stored;
    }

    /** Returns this preparation in the form that weight files record, as strings by name. */
    public SequencedMap<String, String> toMetadata() {
        SequencedMap<String, String> metadata = new LinkedHashMap<>();
        metadata.put(KEY + "normalise", normalise.flag());
        metadata.put(KEY + "rgb", String.valueOf(rgb));
        metadata.put(KEY + "scale", String.valueOf(scale));
        metadata.put(KEY + "shape_transform", String.valueOf(shapeTransform));
        return metadata;
    }

    /**
     * Returns the preparation that a weight file records; empty if it records none.
     *
     * @throws IllegalArgumentException if a part is missing or out of range; the message names it
     */
    public static Optional<Preparation> ofMetadata(Map<String, String> metadata) {
        return metadata.keySet().stream().noneMatch(key -> key.startsWith(KEY))
                ? Optional.empty()
                : Optional.of(new Preparation(
                        Normalise.byFlag(text(metadata, "normalise")),
                        isTrue(metadata, "rgb"),
                        number(metadata, "scale"),
                        isTrue(metadata, "shape_transform")));
    }

    private static String text(Map<String, String> metadata, String name) {
        return Objects.requireNonNullElse(metadata.get(KEY + name), "missing");
    }

    private static boolean isTrue(Map<String, String> metadata, String name) {
        String text = text(metadata, name);
        require(text.equals("true") || text.equals("false"), name, text, "true or false");
        return text.equals("true");
    }

    private static double number(Map<String, String> metadata, String name) {
        String text = text(metadata, name);
        requireUnderstood(name, text, Double::valueOf);
        return Double.parseDouble(text);
    }

    /** Returns words for tables and reports: {@code values from 0 to 1, times 0.5 (in training U[0,1)), RGB}. */
    public String words() {
        return words(
                switch (normalise) {
                    case STUDY -> "z-normalised, except organmnist3d and vesselmnist3d";
                    case Z -> "z-normalised";
                    case NONE -> "values from 0 to 1";
                });
    }

    /** Returns the same words for volumes of which it is known whether they are z-normalised. */
    public String words(boolean zNormalized) {
        return words(zNormalized ? "z-normalised" : "values from 0 to 1");
    }

    private String words(String values) {
        return values
                + (shapeTransform
                        ? ", times " + scale + ", in training times a number drawn from U[0,1)"
                        : scale == 1 ? "" : ", times " + scale)
                + (rgb ? ", grey in three equal channels" : "");
    }
}
