package dev.voxgrad.medmnist.cli.options;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

import dev.voxgrad.medmnist.data.Preparation;

import static dev.voxgrad.medmnist.cli.options.OptionValues.given;

/** The options for how volumes become what a net takes: each overrides one part of a recipe's {@link Preparation}. */
public final class PreparationOptions {
    @Option(
            names = {"--normalise", "--normalize"},
            paramLabel = "HOW",
            description = "Which volumes are z-normalised, after augmentation: study (all but those of organmnist3d "
                    + "and vesselmnist3d), z (all) or none (values stay from 0 to 1, except where augmentation takes "
                    + "them out of this range; blank volumes are then like any others). Default: that of the recipe")
    private @Nullable String normalise;

    @Option(
            names = "--rgb",
            negatable = true,
            description = "Copy a grey volume to three equal channels, as the last step; volumes that have three "
                    + "channels stay as they are. Default: that of the recipe")
    private @Nullable Boolean rgb;

    @Option(
            names = "--shape-transform",
            negatable = true,
            description = "Multiply each training volume, each time that it is read, by a number drawn from U[0,1), "
                    + "and in evaluation by --scale. For volumes that are not z-normalised. Default: that of the "
                    + "recipe")
    private @Nullable Boolean shapeTransform;

    @Option(
            names = "--scale",
            paramLabel = "X",
            description = "Multiply volumes by X: in evaluation only with --shape-transform, else in training, too. "
                    + "For volumes that are not z-normalised. Default: " + Preparation.SHAPE_SCALE
                    + " with --shape-transform, else 1")
    private @Nullable Double scale;

    /** Returns whether one of the options was given. */
    public boolean isGiven() {
        return normalise != null || rgb != null || shapeTransform != null || scale != null;
    }

    /**
     * Returns the preparation in the options; parts that are not given are taken from {@code base}.
     *
     * @throws IllegalArgumentException if they contradict each other; the message starts with an option's name
     */
    public Preparation preparation(Preparation base) {
        boolean random = given(shapeTransform, base.shapeTransform());
        double usual = random ? Preparation.SHAPE_SCALE : 1;
        return new Preparation(
                normalise == null ? base.normalise() : Preparation.Normalise.byFlag(normalise),
                given(rgb, base.rgb()),
                given(scale, random == base.shapeTransform() ? base.scale() : usual),
                random);
    }
}
