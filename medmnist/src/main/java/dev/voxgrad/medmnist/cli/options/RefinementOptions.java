package dev.voxgrad.medmnist.cli.options;

import picocli.CommandLine.Option;

import dev.voxgrad.medmnist.train.settings.ClassWeights;
import dev.voxgrad.medmnist.train.settings.TrainingOptions;

import static dev.voxgrad.medmnist.cli.options.OptionValues.given;

/** What can be added to the study's plain training. */
public final class RefinementOptions {
    @Option(
            names = "--schedule",
            paramLabel = "HOW",
            description = "Course of the learning rate: constant, cosine (towards 0) or multistep (a tenth after half "
                    + "of the epochs and again after three quarters, as MedMNIST's own script). Default: constant")
    private String schedule;

    @Option(
            names = "--warmup-epochs",
            paramLabel = "W",
            description = "Let the learning rate rise for so many epochs first. Default: 0")
    private Integer warmupEpochs;

    @Option(
            names = "--clip-norm",
            paramLabel = "X",
            description = "Limit the L2 norm over all gradients of a step. Default: 0, no limit")
    private Double clipNorm;

    @Option(
            names = "--patience",
            paramLabel = "P",
            description = "End a member after so many epochs without a better validation AUC. Default: 0, never")
    private Integer patience;

    @Option(
            names = "--class-weights",
            paramLabel = "HOW",
            description = "How much the volumes of each class count in the loss: none (all the same), balanced (n/(K "
                    + "n_k) for class k of K that has n_k of the n training volumes, with --folds those of train and "
                    + "val together, so that rare classes count as much as frequent ones) or a number for each, "
                    + "W0,W1,... They lift the recall of rare classes and bend probabilities towards them; AUC changes "
                    + "less. Not for several labels per volume. Default: none")
    private String classWeights;

    @Option(
            names = "--ema",
            paramLabel = "DECAY",
            description = "Keep an exponential moving average of the weights, and validate and save that: the best and "
                    + "the last model are then averages, which are steadier than the weights of single steps. It looks "
                    + "back over about 1/(1-DECAY) steps, 1000 for 0.999, and begins with the weights after the first "
                    + "step, so training should have many times as many. Default: 0, no average")
    private Double ema;

    /** What the options say, and where they say nothing, what {@code base} says. */
    public TrainingOptions regime(TrainingOptions base) {
        return new TrainingOptions(
                schedule == null ? base.schedule() : TrainingOptions.Schedule.byFlag(schedule),
                given(warmupEpochs, base.warmupEpochs()),
                given(clipNorm, base.clipNorm()),
                given(patience, base.patience()),
                classWeights == null ? base.classWeights() : ClassWeights.parse(classWeights),
                given(ema, base.ema()));
    }
}
