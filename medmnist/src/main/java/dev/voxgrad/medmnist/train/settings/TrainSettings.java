package dev.voxgrad.medmnist.train.settings;

import java.nio.file.Path;
import java.util.List;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.augment.RandomBrightness;
import dev.voxgrad.medmnist.augment.Recipe;
import dev.voxgrad.medmnist.data.Preparation;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.nets.Nets;

import static dev.voxgrad.medmnist.io.BadValueException.require;
import static dev.voxgrad.medmnist.io.BadValueException.requireAll;
import static dev.voxgrad.medmnist.io.BadValueException.requireUnderstood;
import static dev.voxgrad.medmnist.io.BadValueException.requireWithin;

/**
 * Holds everything that decides the outcome of a run. The defaults are those of the original study:
 *
 * <pre>{@code
 * TrainSettings settings = TrainSettings.builder().models(3).epochs(10).learningRate(0.0005).build();
 * }</pre>
 *
 * @param models how many members to train
 * @param nets their nets; member i gets the (i modulo number of nets)-th, so every prefix of a run is mixed
 * @param epochs passes over the training split
 * @param batchSize volumes per step; the last batch of an epoch may be smaller
 * @param learningRate the optimiser's step size
 * @param weightDecay the optimiser's weight decay: decoupled in AdamW, an L2 penalty in the others
 * @param optimizer what updates the weights; read as null, meaning AdamW, from runs of versions without a choice
 * @param seed decides the initial weights, data order and augmentation of all members
 * @param shuffle whether each epoch has its own order
 * @param augment flag of the {@link Recipe} that changes the training volumes; read as null, meaning none, from runs of
 *     versions without augmentation
 * @param options schedule, clipping, early stopping, class weights and averaging; {@code regime} in {@code run.json};
 *     read as null, meaning none, from runs of versions without them
 * @param recipe that the settings come from, unless set one by one; read as null, meaning the study's, from runs of
 *     versions without recipes, as are the next three
 * @param preparation how volumes become what a net takes; read as null, meaning as in the study
 * @param start what the weights of convolutions start from; read as null, meaning the default
 * @param ties which of several best epochs counts; read as null, meaning the latest
 * @param initWeights weight file that every member starts from; null for random weights
 */
public record TrainSettings(
        int models,
        List<NetSpec> nets,
        int epochs,
        int batchSize,
        double learningRate,
        double weightDecay,
        OptimizerKind optimizer,
        long seed,
        boolean shuffle,
        String augment,
        @JsonProperty("regime") TrainingOptions options,
        TrainingRecipe recipe,
        Preparation preparation,
        Start start,
        Ties ties,
        @Nullable String initWeights) {
    public static final int MODELS = 15;
    public static final int EPOCHS = 500;
    public static final int BATCH_SIZE = 32;
    public static final double LEARNING_RATE = 0.001;
    public static final double WEIGHT_DECAY = 0.0005;
    public static final long SEED = 1;
    public static final String AUGMENT = Recipe.TORCHIO.flag();

    private static final Recipe.Step BRIGHTNESS = new Recipe.Step(1, new RandomBrightness());

    /** Far more than any run needs, so that a number in an edited run.json keeps no command busy for hours. */
    public static final int MOST_MODELS = 10_000;

    public static final int MOST_EPOCHS = 1_000_000;
    public static final int MOST_VOLUMES = 1_000_000;

    /** Refuses values out of range, and fills in what a run.json of an earlier version lacks. */
    @SuppressWarnings("NullAway") // JSON leaves components null
    public TrainSettings {
        augment = augment == null ? Recipe.NONE.flag() : augment;
        requireUnderstood("augment", augment, Recipe::byFlag);
        options = options == null ? TrainingOptions.PLAIN : options;
        optimizer = optimizer == null ? OptimizerKind.ADAMW : optimizer;
        recipe = recipe == null ? TrainingRecipe.STUDY : recipe;
        preparation = preparation == null ? Preparation.STUDY : preparation;
        start = start == null ? Start.DEFAULT : start;
        ties = ties == null ? Ties.LATEST : ties;
        requireWithin("models", models, 1, MOST_MODELS);
        requireAll("nets", nets, "at least one of " + Nets.names());
        requireWithin("nets", nets.size(), 1, MOST_MODELS);
        nets = List.copyOf(nets);
        requireWithin("epochs", epochs, 1, MOST_EPOCHS);
        require(options.warmupEpochs() < epochs, "warmup-epochs", options.warmupEpochs(), "less than epochs");
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

    /** Throws unless a batch can have that many volumes. */
    public static void requireVolumes(int batchSize) {
        requireWithin("batch-size", batchSize, 1, MOST_VOLUMES);
    }

    /** Throws unless this is a weight decay. */
    public static void requireDecay(double weightDecay) {
        require(
                weightDecay >= 0 && weightDecay <= Float.MAX_VALUE,
                "weight-decay",
                weightDecay,
                "zero or more, and at most " + Float.MAX_VALUE);
    }

    /** Returns the study's settings with that seed. */
    public static TrainSettings defaults(long seed) {
        return builder().seed(seed).build();
    }

    /** Starts with the study's settings and seed {@value #SEED}. */
    public static Builder builder() {
        return new Builder();
    }

    /** Starts with these settings. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.models = models;
        builder.nets = nets;
        builder.epochs = epochs;
        builder.batchSize = batchSize;
        builder.learningRate = learningRate;
        builder.weightDecay = weightDecay;
        builder.optimizer = optimizer;
        builder.seed = seed;
        builder.shuffle = shuffle;
        builder.augment = augment;
        builder.options = options;
        builder.recipe = recipe;
        builder.preparation = preparation;
        builder.start = start;
        builder.ties = ties;
        builder.initWeights = initWeights;
        return builder;
    }

    /** Collects settings by name; {@link #build} checks them. */
    public static final class Builder {
        private int models = MODELS;
        private List<NetSpec> nets = Nets.defaults();
        private int epochs = EPOCHS;
        private int batchSize = BATCH_SIZE;
        private double learningRate = LEARNING_RATE;
        private double weightDecay = WEIGHT_DECAY;
        private OptimizerKind optimizer = OptimizerKind.ADAMW;
        private long seed = SEED;
        private boolean shuffle = true;
        private String augment = AUGMENT;
        private TrainingOptions options = TrainingOptions.PLAIN;
        private TrainingRecipe recipe = TrainingRecipe.STUDY;
        private Preparation preparation = Preparation.STUDY;
        private Start start = Start.DEFAULT;
        private Ties ties = Ties.LATEST;
        private @Nullable String initWeights;

        private Builder() {}

        public Builder models(int count) {
            models = count;
            return this;
        }

        public Builder nets(List<NetSpec> specs) {
            nets = specs;
            return this;
        }

        public Builder epochs(int count) {
            epochs = count;
            return this;
        }

        public Builder batchSize(int volumes) {
            batchSize = volumes;
            return this;
        }

        public Builder learningRate(double rate) {
            learningRate = rate;
            return this;
        }

        public Builder weightDecay(double decay) {
            weightDecay = decay;
            return this;
        }

        public Builder optimizer(OptimizerKind kind) {
            optimizer = kind;
            return this;
        }

        public Builder seed(long value) {
            seed = value;
            return this;
        }

        public Builder shuffle(boolean each) {
            shuffle = each;
            return this;
        }

        public Builder augment(String recipe) {
            augment = recipe;
            return this;
        }

        public Builder options(TrainingOptions extras) {
            options = extras;
            return this;
        }

        public Builder recipe(TrainingRecipe origin) {
            recipe = origin;
            return this;
        }

        public Builder preparation(Preparation ofVolumes) {
            preparation = ofVolumes;
            return this;
        }

        public Builder start(Start ofWeights) {
            start = ofWeights;
            return this;
        }

        public Builder ties(Ties rule) {
            ties = rule;
            return this;
        }

        public Builder initWeights(@Nullable String file) {
            initWeights = file;
            return this;
        }

        /**
         * Returns the settings.
         *
         * @throws IllegalArgumentException if one of them is out of range; the message starts with its name
         */
        public TrainSettings build() {
            return new TrainSettings(
                    models,
                    nets,
                    epochs,
                    batchSize,
                    learningRate,
                    weightDecay,
                    optimizer,
                    seed,
                    shuffle,
                    augment,
                    options,
                    recipe,
                    preparation,
                    start,
                    ties,
                    initWeights);
        }
    }

    /**
     * Returns the same settings with everything that depends on the volumes as numbers, as {@code run.json} records
     * them. They belong to the run, not to its members, so in cross-validation they are computed from all volumes that
     * any member trains on: train and val together.
     *
     * @param crossValidation null for the split as it is
     * @throws dev.voxgrad.medmnist.io.DataException if they do not fit the volumes
     */
    public TrainSettings resolved(VolumeData data, @Nullable CrossValidation crossValidation) {
        List<Split> trainedOn = crossValidation == null ? List.of(data.train()) : List.of(data.train(), data.val());
        return toBuilder().options(options.resolved(data, trainedOn)).build();
    }

    /**
     * Returns settings to try whether training works: one member of each of these nets and one epoch, without warm-up,
     * which takes epochs of its own.
     */
    public TrainSettings tryingOut(List<NetSpec> someNets) {
        return toBuilder()
                .models(someNets.size())
                .nets(someNets)
                .epochs(1)
                .options(options.withoutWarmup())
                .build();
    }

    /** Returns how the training volumes are changed at random: {@link #augment}, then the shape transform. */
    public Recipe augmentation() {
        Recipe named = Recipe.byFlag(augment);
        return preparation.shapeTransform() ? named.followedBy(BRIGHTNESS) : named;
    }

    /** Returns the recipe and its parts in a line. */
    public String words() {
        return "recipe " + recipe.flag() + ": " + optimizer.title() + ", learning rate " + learningRate + ", "
                + options.schedule().flag() + ", weight decay " + weightDecay + ", batches of " + batchSize
                + "; volumes: " + preparation.words() + "; augmentation " + augment + "; start: " + startWords()
                + "; " + ties.flag() + " of equal epochs";
    }

    /** Returns words for the weights that members start from. */
    public String startWords() {
        return initWeights != null ? initWeights : start == Start.DEFAULT ? "random" : "random, " + start.flag();
    }

    /** Returns the net of a member. */
    public NetSpec netOf(int member) {
        return nets.get(member % nets.size());
    }
}
