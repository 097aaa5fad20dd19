package dev.voxgrad.medmnist.train.settings;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

import dev.voxgrad.engine.flag.Flagged;
import dev.voxgrad.engine.flag.Flags;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.nn.optim.LearningRateSchedule;

import static dev.voxgrad.medmnist.io.BadValueException.require;

/**
 * Holds what can be added to the study's plain training; all of it is off by default.
 *
 * @param schedule the course of the learning rate
 * @param warmupEpochs epochs of a linear rise before it; 0 for none
 * @param clipNorm the largest L2 norm over all gradients of a step; 0 for no limit
 * @param patience epochs without a better validation AUC after which a member ends; 0 for never
 * @param classWeights how much the volumes of each class count in the loss; read as null, meaning none, from runs of
 *     versions without them
 * @param ema decay of the exponential moving average of the weights, which is validated and kept instead of the weights
 *     themselves; 0 for no average; read as null, meaning 0, from runs of versions without it
 */
public record TrainingOptions(
        Schedule schedule, int warmupEpochs, double clipNorm, int patience, ClassWeights classWeights, Double ema) {
    /** Trains as the study did. */
    public static final TrainingOptions PLAIN = new TrainingOptions(Schedule.CONSTANT, 0, 0, 0, ClassWeights.NONE, 0.0);

    /** How the learning rate changes over the epochs. */
    public enum Schedule implements Flagged {
        /** Stays the same. */
        CONSTANT,
        /** Follows half a cosine that would reach 0 after the last epoch. */
        COSINE,
        /**
         * Drops to a tenth after half of the epochs and a hundredth after three quarters, both rounded down, as
         * MedMNIST's script does for a multiple of 4.
         */
        MULTISTEP;

        /** Returns the name on the command line. */
        @Override
        public String flag() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Returns the schedule with that name. */
        public static Schedule byFlag(String flag) {
            return Flags.parse("schedule", flag, List.of(values()));
        }
    }

    /** Refuses values out of range, and fills in what a run.json of an earlier version lacks. */
    @SuppressWarnings("NullAway") // JSON leaves components null
    public TrainingOptions {
        schedule = schedule == null ? Schedule.CONSTANT : schedule;
        classWeights = classWeights == null ? ClassWeights.NONE : classWeights;
        ema = ema == null ? 0 : ema;
        require(
                warmupEpochs >= 0 && warmupEpochs <= TrainSettings.MOST_EPOCHS,
                "warmup-epochs",
                warmupEpochs,
                "zero or more, and at most " + TrainSettings.MOST_EPOCHS);
        require(
                clipNorm >= 0 && clipNorm <= Float.MAX_VALUE,
                "clip-norm",
                clipNorm,
                "a positive number of at most " + Float.MAX_VALUE + ", or 0 for none");
        require(
                patience >= 0 && patience <= TrainSettings.MOST_EPOCHS,
                "patience",
                patience,
                "at least 1 and at most " + TrainSettings.MOST_EPOCHS + ", or 0 for none");
        require(ema >= 0 && ema < 1, "ema", ema, "less than 1, such as 0.999, or 0 for none");
    }

    /** Returns these options with the class weights as numbers. */
    TrainingOptions resolved(VolumeData data, List<Split> trainedOn) {
        return new TrainingOptions(
                schedule, warmupEpochs, clipNorm, patience, classWeights.resolved(data, trainedOn), ema);
    }

    /** Returns these options with another schedule. */
    public TrainingOptions withSchedule(Schedule other) {
        return new TrainingOptions(other, warmupEpochs, clipNorm, patience, classWeights, ema);
    }

    /** Returns these options with a schedule that starts without warm-up. */
    TrainingOptions withoutWarmup() {
        return new TrainingOptions(schedule, 0, clipNorm, patience, classWeights, ema);
    }

    /** Returns whether the learning rate of an epoch depends on the number of epochs. */
    public boolean dependsOnEpochs() {
        return schedule != Schedule.CONSTANT;
    }

    /**
     * Returns the epochs from which on the rate is lower, counted from 0: after ⌊E/2⌋ and ⌊3E/4⌋ of E epochs, and never
     * before the first. MedMNIST's script does not round: where E is no multiple of 4, it leaves out a step whose epoch
     * would be no whole number.
     */
    private static List<Integer> milestones(int epochs) {
        return IntStream.of(epochs / 2, (int) (epochs * 3L / 4))
                .filter(epoch -> epoch > 0)
                .boxed()
                .toList();
    }

    /** Returns the learning rates of a run with that many epochs. */
    public LearningRateSchedule rates(double base, int epochs) {
        int rest = Math.max(1, epochs - warmupEpochs);
        LearningRateSchedule course = switch (schedule) {
            case CONSTANT -> new LearningRateSchedule.Constant(base);
            case COSINE -> new LearningRateSchedule.CosineAnnealing(base, rest, 0);
            case MULTISTEP -> new LearningRateSchedule.MultiStep(base, milestones(rest), 0.1);
        };
        return warmupEpochs == 0 ? course : new LearningRateSchedule.WarmUp(warmupEpochs, course);
    }
}
