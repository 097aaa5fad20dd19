package dev.voxgrad.medmnist.bundle;

import dev.voxgrad.medmnist.baseline.BaselineInfo;
import dev.voxgrad.medmnist.model.TrainedModel;

/** Writes the README of a bundle: the commands that use it. */
public final class BundleReadme {
    private BundleReadme() {}

    /** Returns the text in Markdown; it calls the bundle MODEL.zip, whatever its name is. */
    public static String text(TrainedModel model) {
        return """
                # A trained model

                An ensemble of %d, trained with Voxgrad %s. `MODEL_CARD.md` says what it is for and how good it is.
                **Not for clinical use.**

                Leave the file packed: Voxgrad (with a JDK 25) takes it as it is. Replace MODEL.zip by its name.

                ```
                medmnist predict MODEL.zip --npz volumes.npz --out scores.csv
                medmnist predict MODEL.zip --nifti scans --out scores.csv
                medmnist export MODEL.zip --onnx model.onnx
                ```

                `volumes.npz` contains an array `images` or `test_images`, with or without labels. `scans` is a folder
                of `.nii.gz` files, for models that were trained on imported scans. The third command is for programs
                that run ONNX models. Each command has a detailed `--help`.
                """.formatted(model.members().size(), model.info().voxgrad());
    }

    /** Returns the text for a baseline in Markdown. */
    static String text(BaselineInfo baseline) {
        return """
                # A trained model

                A baseline of %d classical models, made with Voxgrad %s. `MODEL_CARD.md` says what it is for and how
                good it is. **Not for clinical use.**

                Leave the file packed: Voxgrad (with a JDK 25) takes it as it is. Replace MODEL.zip by its name.

                ```
                medmnist predict MODEL.zip --npz volumes.npz --out scores.csv
                medmnist predict MODEL.zip --nifti scans --out scores.csv
                ```

                `volumes.npz` contains an array `images` or `test_images`, with or without labels. `scans` is a folder
                of NIfTI files, and requires that the volumes of the training were imported from such files.
                """.formatted(baseline.chosen().size(), baseline.voxgrad());
    }
}
