package dev.voxgrad.medmnist.cli.options;

import java.util.Optional;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.medmnist.ensemble.EnsembleSettings;
import dev.voxgrad.medmnist.ensemble.WeightMethod;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.model.EnsembleWeights;
import dev.voxgrad.medmnist.model.TrainedModel;
import dev.voxgrad.medmnist.train.Predictor;

/** The options that choose the members of a trained model that are used, and their weights. */
public final class EnsembleChoice {
    private static final String WEIGHTED = "weighted";
    private static final String LAST = "last";
    private static final String BEST = "best";

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--ensemble",
            paramLabel = "METHOD|FILE",
            description = "How the models are weighted: weighted (0.5 for the last model of each member, 1.5 for the "
                    + "best; for a bundle, the weights that it contains), uniform, last or best (only these models), "
                    + "validation-auc, greedy, stacked, or a file of weights as in 'medmnist ensemble'. "
                    + "validation-auc, greedy and stacked use the validation split of the run's own volumes. "
                    + "Default: weighted")
    private @Nullable String text;

    @Option(
            names = {"--members", "--member"},
            paramLabel = "LIST",
            description = "Members to use, such as 0-2,5. Default: all finished ones")
    private @Nullable String members;

    /** Returns whether one of the options was given. */
    public boolean isGiven() {
        return text != null || members != null;
    }

    /**
     * Returns the model with the members in the options.
     *
     * @throws ParameterException if they are malformed
     */
    public TrainedModel members(TrainedModel model) {
        return MemberList.choose(command, members, model);
    }

    /**
     * Returns the settings of the ensemble.
     *
     * @throws ParameterException if the method cannot be used with this model
     * @throws DataFileException if a file of weights cannot be used
     */
    public EnsembleSettings settings(TrainedModel model, Predictor.Augmentation augmentation) {
        int count = model.members().size();
        Optional<WeightMethod> method = Optional.ofNullable(text).flatMap(WeightMethod::byFlag);
        if (model.info().crossValidation() != null
                && method.filter(found -> !found.worksWithFolds()).isPresent()) {
            throw new ParameterException(
                    command.commandLine(),
                    "--ensemble " + text
                            + " is fitted to volumes that no member was trained on, and this run has none ("
                            + model.info().crossValidation().words() + "); use weighted, uniform or validation-auc");
        }
        return new EnsembleSettings(
                method.isPresent() ? EnsembleWeights.uniform(count) : given(model, count), method, false, augmentation);
    }

    private EnsembleWeights given(TrainedModel model, int count) {
        return switch (text) {
            case null -> model.weights();
            case WEIGHTED -> model.weights();
            case LAST -> EnsembleWeights.groups(1, 0, count);
            case BEST -> EnsembleWeights.groups(0, 1, count);
            default -> EnsembleOptions.weightsFile("--ensemble", text, count, 0);
        };
    }

    /** Returns the choice in words, without the name of a file. */
    public String words() {
        return switch (text) {
            case null -> WEIGHTED;
            case WEIGHTED, LAST, BEST -> text;
            default -> WeightMethod.byFlag(text).map(WeightMethod::flag).orElse("given by hand");
        };
    }
}
