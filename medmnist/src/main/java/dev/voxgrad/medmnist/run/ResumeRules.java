package dev.voxgrad.medmnist.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.data.Preparation;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.train.settings.TrainSettings;
import dev.voxgrad.medmnist.train.settings.TrainingOptions;

/**
 * Compares how a run was started with how it is to be resumed, option by option. A resumed run must end with the same
 * bytes as one that was never interrupted, so an option that would change them must stay as it was. More epochs or
 * members only add to a run.
 */
final class ResumeRules {
    private final List<String> conflicts = new ArrayList<>();

    /** Notes a conflict if an option has another value now. */
    ResumeRules same(String option, @Nullable Object started, @Nullable Object now) {
        return check(option, started, now, false);
    }

    private ResumeRules check(String option, @Nullable Object started, @Nullable Object now, boolean mayChange) {
        if (!Objects.equals(started, now) && !mayChange) {
            conflicts.add("--" + option + " is " + now + ", but the run was started with " + started);
        }
        return this;
    }

    /** Compares all settings. */
    ResumeRules settings(TrainSettings started, TrainSettings now) {
        TrainingOptions before = started.options();
        TrainingOptions after = now.options();
        check("models", started.models(), now.models(), now.models() > started.models());
        same("nets", names(started.nets()), names(now.nets()));
        if (now.epochs() > started.epochs() && before.dependsOnEpochs()) {
            conflicts.add("--epochs is " + now.epochs() + ", but the run was started with " + started.epochs()
                    + ", and its --schedule " + before.schedule().flag()
                    + " derives the learning rate of every epoch from the number of epochs");
        } else {
            check("epochs", started.epochs(), now.epochs(), now.epochs() > started.epochs());
        }
        return same("batch-size", started.batchSize(), now.batchSize())
                .same("lr", started.learningRate(), now.learningRate())
                .same("weight-decay", started.weightDecay(), now.weightDecay())
                .same("optimizer", started.optimizer().flag(), now.optimizer().flag())
                .same("seed", started.seed(), now.seed())
                .same("no-shuffle", !started.shuffle(), !now.shuffle())
                .same("augment", started.augment(), now.augment())
                .same("recipe", started.recipe().flag(), now.recipe().flag())
                .preparation(started.preparation(), now.preparation())
                .same("start", started.start().flag(), now.start().flag())
                .same("ties", started.ties().flag(), now.ties().flag())
                .same("schedule", before.schedule().flag(), after.schedule().flag())
                .same("warmup-epochs", before.warmupEpochs(), after.warmupEpochs())
                .same("clip-norm", before.clipNorm(), after.clipNorm())
                .same("patience", before.patience(), after.patience())
                .same(
                        "class-weights",
                        before.classWeights().asked(),
                        after.classWeights().asked())
                .same("ema", before.ema(), after.ema())
                .same("init-weights", started.initWeights(), now.initWeights());
    }

    private ResumeRules preparation(Preparation before, Preparation after) {
        return same("normalise", before.normalise().flag(), after.normalise().flag())
                .same("rgb", before.rgb(), after.rgb())
                .same("shape-transform", before.shapeTransform(), after.shapeTransform())
                .same("scale", before.scale(), after.scale());
    }

    private static String names(List<NetSpec> nets) {
        return nets.stream().map(NetSpec::name).collect(Collectors.joining(","));
    }

    /**
     * Ends the comparison.
     *
     * @throws IncompatibleRunException if there were conflicts; the message lists all of them
     */
    void requireNone() {
        if (!conflicts.isEmpty()) {
            throw new IncompatibleRunException(String.join("; ", conflicts)
                    + ". A resumed run keeps its settings: leave the option out, or start a new run");
        }
    }
}
