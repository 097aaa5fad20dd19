package dev.voxgrad.medmnist.train.settings;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import dev.voxgrad.medmnist.augment.Recipe;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.nets.Nets;
import dev.voxgrad.medmnist.run.member.MemberState;

import static dev.voxgrad.medmnist.io.BadValueException.require;
import static dev.voxgrad.medmnist.io.BadValueException.requireAll;
import static dev.voxgrad.medmnist.io.BadValueException.requireUnderstood;
import static dev.voxgrad.medmnist.io.BadValueException.requireWithin;

/**
 * Everything that decides the outcome of a run. Defaults are those of the original study.
 *
 * @param models how many members to train
 * @param nets their nets; member i gets the (i modulo number of nets)-th, so every prefix of a run is mixed
 * @param epochs passes over the training split
 * @param batchSize volumes per step; the last batch of an epoch may be smaller
 * @param learningRate AdamW's step size
 * @param weightDecay AdamW's decoupled decay
 * @param seed decides initial weights, data order and augmentation of all members
 * @param shuffle whether each epoch has an order of its own
 * @param augment flag of the {@link Recipe} that changes the training volumes
 * @param regime schedule, clipping, early stopping, class weights and averaging; null in runs of versions that had none
 * @param initWeights safetensors file that every member starts from; null for random weights
 */
public record TrainSettings(
        int models,
        List<NetSpec> nets,
        int epochs,
        int batchSize,
        double learningRate,
        double weightDecay,
        long seed,
        boolean shuffle,
        String augment,
        TrainingOptions regime,
        String initWeights) {
    public static final int MODELS = 15;
    public static final int EPOCHS = 500;
    public static final int BATCH_SIZE = 32;
    public static final double LEARNING_RATE = 0.001;
    public static final double WEIGHT_DECAY = 0.0005;
    public static final long SEED = 1;
    public static final String AUGMENT = Recipe.TORCHIO.flag();

    /** Far more than anyone trains, so that a number in an edited run.json keeps no command busy for hours. */
    public static final int MOST_MODELS = 10_000;

    public static final int MOST_EPOCHS = 1_000_000;
    public static final int MOST_VOLUMES = 1_000_000;

    /** Refuses what makes no sense; a run.json of versions that had no augmentation lacks the recipe. */
    public TrainSettings {
        augment = augment == null ? Recipe.NONE.flag() : augment;
        requireUnderstood("augment", augment, Recipe::byFlag);
        regime = regime == null ? TrainingOptions.PLAIN : regime;
        requireWithin("models", models, 1, MOST_MODELS);
        requireAll("nets", nets, "at least one of net1, net2, net3");
        requireWithin("nets", nets.size(), 1, MOST_MODELS);
        nets = List.copyOf(nets);
        requireWithin("epochs", epochs, 1, MOST_EPOCHS);
        require(regime.warmupEpochs() < epochs, "warmup-epochs", regime.warmupEpochs(), "less than epochs");
        requireVolumes(batchSize);
        require(
                learningRate > 0 && learningRate <= Float.MAX_VALUE,
                "lr",
                learningRate,
                "a positive number of at most " + Float.MAX_VALUE);
        requireDecay(weightDecay);
        if (initWeights != null) {
            requireUnderstood("init-weights", initWeights, Path::of);
        }
    }

    public static void requireVolumes(int batchSize) {
        requireWithin("batch-size", batchSize, 1, MOST_VOLUMES);
    }

    public static void requireDecay(double weightDecay) {
        require(
                weightDecay >= 0 && weightDecay <= Float.MAX_VALUE,
                "weight-decay",
                weightDecay,
                "zero or more, and at most " + Float.MAX_VALUE);
    }

    /** The study's settings with that seed. */
    public static TrainSettings defaults(long seed) {
        return new TrainSettings(
                MODELS,
                Nets.defaults(),
                EPOCHS,
                BATCH_SIZE,
                LEARNING_RATE,
                WEIGHT_DECAY,
                seed,
                true,
                AUGMENT,
                TrainingOptions.PLAIN,
                null);
    }

    /** Whether a member with this history has all the epochs that it should have. */
    public boolean isFinished(MemberState state) {
        return state.epochs() >= epochs || regime.patience() > 0 && state.epochsWithoutBetter() >= regime.patience();
    }

    /**
     * The same settings with all that depends on the volumes in numbers, as run.json holds it. These are numbers of the
     * run and not of its members, so in cross-validation they come from all volumes that any member trains on: train
     * and val together.
     *
     * @param crossValidation null for the split as it is
     * @throws dev.voxgrad.medmnist.io.DataException if they do not fit the volumes
     */
    public TrainSettings resolved(VolumeData data, CrossValidation crossValidation) {
        List<Split> trainedOn = crossValidation == null ? List.of(data.train()) : List.of(data.train(), data.val());
        return new TrainSettings(
                models,
                nets,
                epochs,
                batchSize,
                learningRate,
                weightDecay,
                seed,
                shuffle,
                augment,
                regime.resolved(data, trainedOn),
                initWeights);
    }

    /**
     * One member of each of these nets and one epoch, to try whether training works; without warm-up, which takes
     * epochs of its own.
     */
    public TrainSettings tryingOut(List<NetSpec> someNets) {
        return new TrainSettings(
                someNets.size(),
                someNets,
                1,
                batchSize,
                learningRate,
                weightDecay,
                seed,
                shuffle,
                augment,
                regime.withoutWarmup(),
                initWeights);
    }

    /** How the training volumes are changed. */
    public Recipe recipe() {
        return Recipe.byFlag(augment);
    }

    /**
     * In what a run that was begun with these settings and is to go on with others would differ from one that was not
     * broken off: one sentence for each such setting. More epochs or members only add to a run.
     */
    public List<String> conflicts(TrainSettings wanted) {
        List<String> conflicts = new ArrayList<>();
        compare(conflicts, "models", models, wanted.models, wanted.models > models);
        compare(conflicts, "nets", nets, wanted.nets, false);
        if (wanted.epochs > epochs && regime.dependsOnTheEnd()) {
            conflicts.add("--epochs is " + wanted.epochs + ", but the run was begun with " + epochs
                    + ", and its --schedule " + regime.schedule().flag() + " sets the learning rates of all epochs by "
                    + "where the last one is");
        } else {
            compare(conflicts, "epochs", epochs, wanted.epochs, wanted.epochs > epochs);
        }
        compare(conflicts, "batch-size", batchSize, wanted.batchSize, false);
        compare(conflicts, "lr", learningRate, wanted.learningRate, false);
        compare(conflicts, "weight-decay", weightDecay, wanted.weightDecay, false);
        compare(conflicts, "seed", seed, wanted.seed, false);
        compare(conflicts, "no-shuffle", !shuffle, !wanted.shuffle, false);
        compare(conflicts, "augment", augment, wanted.augment, false);
        compare(
                conflicts,
                "schedule",
                regime.schedule().flag(),
                wanted.regime.schedule().flag(),
                false);
        compare(conflicts, "warmup-epochs", regime.warmupEpochs(), wanted.regime.warmupEpochs(), false);
        compare(conflicts, "clip-norm", regime.clipNorm(), wanted.regime.clipNorm(), false);
        compare(conflicts, "patience", regime.patience(), wanted.regime.patience(), false);
        compare(
                conflicts,
                "class-weights",
                regime.classWeights().asked(),
                wanted.regime.classWeights().asked(),
                false);
        compare(conflicts, "ema", regime.ema(), wanted.regime.ema(), false);
        compare(conflicts, "init-weights", initWeights, wanted.initWeights, false);
        return conflicts;
    }

    private static void compare(List<String> conflicts, String name, Object begun, Object wanted, boolean mayChange) {
        if (!Objects.equals(begun, wanted) && !mayChange) {
            conflicts.add("--" + name + " is " + wanted + ", but the run was begun with " + begun);
        }
    }

    /** The net of member {@code index}. */
    public NetSpec netOf(int index) {
        return nets.get(index % nets.size());
    }
}
