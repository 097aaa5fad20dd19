package dev.voxgrad.medmnist.explain;

import java.util.function.IntConsumer;

/** Finds out how much each voxel of a volume contributes to a logit. */
public sealed interface Method permits GradCam, Occlusion, IntegratedGradients {
    /** Returns the name on the command line and in file names: {@code grad-cam}. */
    String flag();

    /** Returns a name for captions: {@code Grad-CAM}. */
    String title();

    /** Returns the method and its settings for a net in words. */
    String words(FrozenNet net, PreparedVolume volume);

    /** Returns how many {@linkplain #explain steps of progress} an explanation of such a volume takes. */
    int steps(PreparedVolume volume);

    /**
     * Explains a logit.
     *
     * @param net the net; its weights are not changed
     * @param volume what the net is given
     * @param target the class, from 0
     * @param progress receives the number of steps since its last call
     */
    Attribution explain(FrozenNet net, PreparedVolume volume, int target, IntConsumer progress);
}
