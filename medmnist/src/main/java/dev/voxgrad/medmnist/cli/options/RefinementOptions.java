package dev.voxgrad.medmnist.cli.options;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

import dev.voxgrad.medmnist.train.settings.ClassWeights;
import dev.voxgrad.medmnist.train.settings.TrainingOptions;

import static dev.voxgrad.medmnist.cli.options.OptionValues.given;

/** The options for refinements of the study's plain training. All of them are off by default. */
public final class RefinementOptions {
    @Option(
            names = "--schedule",
            paramLabel = "HOW",
            description =
                    "Schedule of the learning rate: constant, cosine (falls towards 0) or multistep (of E epochs, a "
                            + "tenth after E/2 and again after 3E/4, both rounded down, as in MedMNIST's script for a "
                            + "multiple of 4). Default: constant; with the recipe medmnist multistep")
    private @Nullable String schedule;

    @Option(
            names = "--warmup-epochs",
            paramLabel = "W",
            description = "Number of epochs at the start in which the learning rate rises to its value. Default: 0")
    private @Nullable Integer warmupEpochs;

    @Option(
            names = "--clip-norm",
            paramLabel = "X",
            description = "Upper limit for the L2 norm over all gradients of a step. Default: 0, no limit")
    private @Nullable Double clipNorm;

    @Option(
            names = "--patience",
            paramLabel = "P",
            description = "Stop training a member after P epochs without a better validation AUC. Default: 0, never")
    private @Nullable Integer patience;

    @Option(
            names = "--class-weights",
            paramLabel = "HOW",
            description = "Weight of each class in the loss: none (all the same), balanced (n/(K n_k) for class k of K "
                    + "with n_k of the n training volumes, or of train and val together with --folds, so that rare "
                    + "classes count as much as frequent ones) or a number for each class, W0,W1,... Weights increase "
                    + "the recall of rare classes and shift probabilities towards them; AUC changes less. Not for "
                    + "several labels per volume. Default: none")
    private @Nullable String classWeights;

    @Option(
            names = "--ema",
            paramLabel = "DECAY",
            description =
                    "Keep an exponential moving average (EMA) of the weights, and validate and save it: the best and "
                            + "the last model are then averages, which are steadier than the weights of single steps. "
                            + "It averages over about 1/(1-DECAY) steps, 1000 for 0.999, and starts with the weights "
                            + "after the first step, so the training should have many times as many. Default: 0, no "
                            + "average")
    private @Nullable Double ema;

    /** Returns the settings in the options; the others are taken from {@code base}. */
    public TrainingOptions options(TrainingOptions base) {
        return new TrainingOptions(
                schedule == null ? base.schedule() : TrainingOptions.Schedule.byFlag(schedule),
                given(warmupEpochs, base.warmupEpochs()),
                given(clipNorm, base.clipNorm()),
                given(patience, base.patience()),
                classWeights == null ? base.classWeights() : ClassWeights.parse(classWeights),
                given(ema, base.ema()));
    }
}
