package dev.voxgrad.medmnist.search.space;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

import dev.voxgrad.engine.flag.Flagged;
import dev.voxgrad.engine.flag.Flags;
import dev.voxgrad.medmnist.nets.Nets;
import dev.voxgrad.medmnist.train.settings.ClassWeights;
import dev.voxgrad.medmnist.train.settings.OptimizerKind;
import dev.voxgrad.medmnist.train.settings.TrainSettings;
import dev.voxgrad.medmnist.train.settings.TrainingOptions;

import static dev.voxgrad.medmnist.io.BadValueException.require;

/** Lists the settings of a training that a search can choose; their names are those of the options of {@code train}. */
public enum Hyperparameter implements Flagged {
    NET {
        @Override
        TrainSettings set(TrainSettings base, String value) {
            return base.toBuilder().nets(List.of(Nets.named(value))).build();
        }
    },
    /** Multiplies the channels of the net, which must be one of the study. */
    WIDTH {
        @Override
        TrainSettings set(TrainSettings base, String value) {
            String factor = Decimals.text(Decimals.parse(value));
            String net = base.nets().getFirst().name();
            return NET.set(base, factor.equals("1") ? net : net + "-w" + factor);
        }
    },
    LR {
        @Override
        TrainSettings set(TrainSettings base, String value) {
            return base.toBuilder().learningRate(Decimals.parse(value)).build();
        }
    },
    WEIGHT_DECAY {
        @Override
        TrainSettings set(TrainSettings base, String value) {
            return base.toBuilder().weightDecay(Decimals.parse(value)).build();
        }
    },
    OPTIMIZER {
        @Override
        TrainSettings set(TrainSettings base, String value) {
            return base.toBuilder().optimizer(OptimizerKind.byFlag(value)).build();
        }
    },
    BATCH_SIZE {
        @Override
        TrainSettings set(TrainSettings base, String value) {
            return base.toBuilder().batchSize(whole(value)).build();
        }
    },
    AUGMENT {
        @Override
        TrainSettings set(TrainSettings base, String value) {
            return base.toBuilder().augment(value).build();
        }
    },
    SCHEDULE {
        @Override
        TrainSettings set(TrainSettings base, String value) {
            return base.toBuilder()
                    .options(base.options().withSchedule(TrainingOptions.Schedule.byFlag(value)))
                    .build();
        }
    },
    WARMUP_EPOCHS {
        @Override
        TrainSettings set(TrainSettings base, String value) {
            TrainingOptions old = base.options();
            return withOptions(base, whole(value), old.clipNorm(), old.classWeights(), old.ema());
        }
    },
    CLIP_NORM {
        @Override
        TrainSettings set(TrainSettings base, String value) {
            TrainingOptions old = base.options();
            return withOptions(base, old.warmupEpochs(), Decimals.parse(value), old.classWeights(), old.ema());
        }
    },
    CLASS_WEIGHTS {
        @Override
        TrainSettings set(TrainSettings base, String value) {
            require(WEIGHTINGS.contains(value), "class-weights", value, String.join(" or ", WEIGHTINGS));
            TrainingOptions old = base.options();
            return withOptions(base, old.warmupEpochs(), old.clipNorm(), ClassWeights.parse(value), old.ema());
        }
    },
    EMA {
        @Override
        TrainSettings set(TrainSettings base, String value) {
            TrainingOptions old = base.options();
            return withOptions(base, old.warmupEpochs(), old.clipNorm(), old.classWeights(), Decimals.parse(value));
        }
    };

    private static final List<String> WEIGHTINGS = List.of("none", "balanced");

    /** Accepts every number of warm-up epochs, as a file of a space is read before the number of epochs is known. */
    private static final TrainSettings LONG =
            TrainSettings.builder().epochs(TrainSettings.MOST_EPOCHS).build();

    /** Returns these settings with another value of this one. */
    abstract TrainSettings set(TrainSettings base, String value);

    private static TrainSettings withOptions(
            TrainSettings base, int warmupEpochs, double clipNorm, ClassWeights classWeights, double ema) {
        TrainingOptions old = base.options();
        return base.toBuilder()
                .options(new TrainingOptions(old.schedule(), warmupEpochs, clipNorm, old.patience(), classWeights, ema))
                .build();
    }

    private static int whole(String value) {
        double number = Decimals.parse(value);
        if (number != Math.rint(number) || Math.abs(number) > Integer.MAX_VALUE) {
            throw new NumberFormatException("value is '" + value + "'; expected a whole number");
        }
        return (int) number;
    }

    /** Returns the name in files of spaces and in configurations. */
    @Override
    public String flag() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Returns the setting with that name.
     *
     * @throws IllegalArgumentException for an unknown name; its message lists the known ones
     */
    public static Hyperparameter named(String flag) {
        return Flags.parse("dimension", flag, List.of(values()));
    }

    /**
     * Checks that a training accepts all values of a domain.
     *
     * @throws IllegalArgumentException if it does not; the message says which value and why
     */
    void check(Domain domain) {
        if (domain instanceof Domain.Interval
                && !List.of(LR, WEIGHT_DECAY, CLIP_NORM, EMA).contains(this)) {
            throw new IllegalArgumentException(
                    flag() + " cannot have every number of an interval; give its values by 'choice' or 'int'");
        }
        for (String value : domain.extremes()) {
            check(LONG, value);
        }
    }

    private TrainSettings check(TrainSettings base, String value) {
        try {
            return set(base, value);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(flag() + "=" + value + " cannot be trained: " + e.getMessage(), e);
        }
    }

    /**
     * Returns the settings of a training with the values of a configuration; all others stay as they are.
     *
     * @throws IllegalArgumentException if the training does not accept a value; the message says which and why
     */
    public static TrainSettings apply(Configuration configuration, TrainSettings base) {
        configuration.values().keySet().forEach(Hyperparameter::named);
        TrainSettings settings = base;
        // In the order of the constants, as the width depends on the net, wherever the space lists them.
        for (Hyperparameter one : values()) {
            Optional<String> value = configuration.find(one.flag());
            if (value.isPresent()) {
                settings = one.check(settings, value.get());
            }
        }
        return settings;
    }
}
