package dev.voxgrad.medmnist.cli.options;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.explain.Fill;
import dev.voxgrad.medmnist.explain.GradCam;
import dev.voxgrad.medmnist.explain.IntegratedGradients;
import dev.voxgrad.medmnist.explain.Method;
import dev.voxgrad.medmnist.explain.Occlusion;

/** The options that say how answers are explained. */
public final class ExplanationOptions {
    private static final String GRAD_CAM = "grad-cam";
    private static final String OCCLUSION = "occlusion";
    private static final String INTEGRATED_GRADIENTS = "integrated-gradients";
    private static final int MOST_STEPS = 100_000;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--method",
            paramLabel = "M",
            defaultValue = GRAD_CAM,
            description = {
                "Default: ${DEFAULT-VALUE}. One of:",
                "  " + GRAD_CAM + ": where a late stage has features that count for the class (Selvaraju et al. 2017). "
                        + "Fast; as coarse as the stage",
                "  " + OCCLUSION + ": how much the logit drops when a cube is covered (Zeiler and Fergus 2014). Slow; "
                        + "needs no gradient",
                "  " + INTEGRATED_GRADIENTS + ": attributes the difference from a blank volume to every voxel "
                        + "(Sundararajan et al. 2017). Fine, and noisy"
            })
    private String method;

    @Option(
            names = "--stage",
            paramLabel = "NAME",
            description = "Stage for " + GRAD_CAM + ", such as layer2, or layer2.5 for a layer in it. Default: the "
                    + "deepest one with at least 4 voxels along each axis. A wrong name lists all")
    private @Nullable String stage;

    @Option(
            names = "--cube",
            paramLabel = "V",
            description = "Edge of the cube for " + OCCLUSION + ", in voxels. Default: a seventh of the longest axis")
    private @Nullable Integer cube;

    @Option(
            names = "--stride",
            paramLabel = "V",
            description = "Voxels from one cube to the next, at most --cube. Default: the edge of the cube")
    private @Nullable Integer stride;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Steps of " + INTEGRATED_GRADIENTS + ". Default: " + IntegratedGradients.STEPS)
    private @Nullable Integer steps;

    @Option(
            names = "--fill",
            paramLabel = "F",
            description = "Value that means 'nothing here', for " + OCCLUSION + " and " + INTEGRATED_GRADIENTS
                    + ": darkest (the volume's smallest value) or mean. Default: darkest")
    private @Nullable String fill;

    /**
     * Returns the method for volumes of a shape.
     *
     * @throws ParameterException if the options do not fit the method, or each other
     */
    public Method method(VolumeShape shape) {
        check();
        Dims3 size = new Dims3(shape.x(), shape.y(), shape.z());
        return switch (method) {
            case GRAD_CAM -> new GradCam(stage);
            case OCCLUSION -> {
                int edge = OptionValues.given(cube, Occlusion.defaultCube(size));
                int distance = OptionValues.given(stride, edge);
                if (edge > shape.longest() || distance > edge) {
                    throw wrongUse("--cube is " + edge + " and --stride " + distance + "; expected a cube of at most "
                            + shape.longest() + " voxels, the volume's longest axis, and a stride of at most the cube");
                }
                yield new Occlusion(edge, distance, fill());
            }
            default -> new IntegratedGradients(OptionValues.given(steps, IntegratedGradients.STEPS), fill());
        };
    }

    /**
     * Checks what can be checked before volumes are loaded.
     *
     * @throws ParameterException if the options do not fit together
     */
    public void check() {
        switch (method) {
            case GRAD_CAM -> refuse(cube, "--cube", stride, "--stride", steps, "--steps", fill, "--fill");
            case OCCLUSION -> refuse(stage, "--stage", steps, "--steps");
            case INTEGRATED_GRADIENTS -> refuse(stage, "--stage", cube, "--cube", stride, "--stride");
            default ->
                throw wrongUse("--method is '" + method + "'; expected " + GRAD_CAM + ", " + OCCLUSION + " or "
                        + INTEGRATED_GRADIENTS);
        }
        requireWithin("--cube", cube);
        requireWithin("--stride", stride);
        requireWithin("--steps", steps);
        fill();
    }

    private void requireWithin(String option, @Nullable Integer value) {
        if (value != null) {
            OptionValues.requireWithin(command, option, value, MOST_STEPS);
        }
    }

    /** Refuses options of other methods, given as values and names in turn. */
    private void refuse(@Nullable Object... options) {
        for (int i = 0; i < options.length; i += 2) {
            if (options[i] != null) {
                throw wrongUse(options[i + 1] + " has no effect with --method " + method + "; leave it out");
            }
        }
    }

    private Fill fill() {
        return fill == null
                ? Fill.DARKEST
                : Fill.byFlag(fill).orElseThrow(() -> wrongUse("--fill is '" + fill + "'; expected " + Fill.flags()));
    }

    private ParameterException wrongUse(String message) {
        return new ParameterException(command.commandLine(), message);
    }
}
