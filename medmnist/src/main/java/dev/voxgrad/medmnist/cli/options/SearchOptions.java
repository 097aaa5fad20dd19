package dev.voxgrad.medmnist.cli.options;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.nets.study.StudyNet;
import dev.voxgrad.medmnist.search.space.Configuration;
import dev.voxgrad.medmnist.search.space.DefaultSpace;
import dev.voxgrad.medmnist.search.space.Dimension;
import dev.voxgrad.medmnist.search.space.Hyperparameter;
import dev.voxgrad.medmnist.search.space.Space;
import dev.voxgrad.medmnist.search.space.SpaceFile;
import dev.voxgrad.medmnist.search.strategy.Budget;
import dev.voxgrad.medmnist.search.strategy.Method;
import dev.voxgrad.medmnist.search.strategy.Plan;
import dev.voxgrad.medmnist.search.strategy.Rungs;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

import static dev.voxgrad.medmnist.cli.options.OptionValues.given;
import static dev.voxgrad.medmnist.io.BadValueException.requireWithin;

/** The options that say what is searched, how, and for how long. */
public final class SearchOptions {
    /** The epochs of the last rung; with factor 3, the rungs are 1, 3 and 9. */
    private static final int EPOCHS = 9;

    private static final int ETA = 3;

    private static final int MOST_PROCESSES = 1000;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--budget",
            paramLabel = "B",
            description = "When to end: 30m or 4h of training and validation, or 60epochs, of all trials and processes "
                    + "together, including those before --resume. Time ends in the middle of a trial, which can be "
                    + "resumed, and is not reproducible; epochs are, and end with the trial that reaches them. "
                    + "Default: none")
    private @Nullable String budget;

    @Option(
            names = "--space",
            paramLabel = "FILE",
            description = "Text file with the settings to choose from, a line for each, such as 'net choice net1, "
                    + "net2' or 'lr log 1e-4 to 1e-2'. Names are those of the options of train. Default: nets, "
                    + "learning rate, weight decay, batch size, schedule, augmentation and more")
    private @Nullable Path space;

    @Option(
            names = "--strategy",
            paramLabel = "S",
            description = "asha (many trials briefly, the best of them for longer; new ones near good ones, by TPE), "
                    + "asha-random (new ones at random), tpe or random (the same, but every trial to its end). "
                    + "Default: asha")
    private @Nullable String strategy;

    @Option(names = "--trials", paramLabel = "N", description = "The most trials to start. Default: no limit")
    private @Nullable Integer trials;

    @Option(
            names = "--epochs",
            paramLabel = "R",
            description = "Epochs of a trial that is trained to its end, and the length of its --schedule from its "
                    + "first epoch on. Default: " + EPOCHS)
    private @Nullable Integer epochs;

    @Option(
            names = "--first-rung",
            paramLabel = "E",
            description = "With asha: epochs after which trials are compared for the first time; then after --eta "
                    + "times as many, and so on. Default: 1")
    private @Nullable Integer firstRung;

    @Option(
            names = "--eta",
            paramLabel = "K",
            description = "With asha: 1 of so many trials is trained for longer. Default: " + ETA)
    private @Nullable Integer eta;

    @Option(
            names = "--processes",
            paramLabel = "P",
            description = "Number of processes that will work on the search, which is then reproducible however fast "
                    + "each of them is; further ones wait. Default: any number, reproducible with one")
    private @Nullable Integer processes;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "Random seed of the configurations and of all trials. Default: " + TrainSettings.SEED)
    private @Nullable Long seed;

    /** Returns the settings of all trials that the space does not contain: the study's. */
    public TrainSettings base() {
        try {
            return TrainSettings.builder()
                    .models(1)
                    .nets(List.of(StudyNet.NET1))
                    .epochs(given(epochs, EPOCHS))
                    .seed(given(seed, TrainSettings.SEED))
                    .build();
        } catch (IllegalArgumentException e) {
            throw wrongUse("--" + e.getMessage(), e);
        }
    }

    /** Returns how trials are chosen and compared, and when the search ends. */
    public Plan plan() {
        if (budget == null && trials == null) {
            throw wrongUse("a search needs an end: give --budget, such as 30m, 4h or 60epochs, or --trials N", null);
        }
        try {
            Method method = Method.byFlag(given(strategy, Method.ASHA.flag()));
            if (!method.usesRungs() && (eta != null || firstRung != null)) {
                throw wrongUse(
                        (eta != null ? "--eta" : "--first-rung") + " is for strategies with rungs; leave it out, or "
                                + "choose --strategy asha",
                        null);
            }
            int last = given(epochs, EPOCHS);
            requireWithin("epochs", last, 1, TrainSettings.MOST_EPOCHS);
            requireWithin("first-rung", given(firstRung, 1), 1, last);
            requireWithin("processes", given(processes, 1), 1, MOST_PROCESSES);
            return new Plan(
                    method,
                    method.usesRungs() ? Rungs.of(given(firstRung, 1), last, given(eta, ETA)) : Rungs.single(last),
                    budget == null ? null : Budget.parse(budget),
                    given(trials, Plan.MOST_TRIALS),
                    given(seed, TrainSettings.SEED),
                    given(processes, Plan.ANY_WORKERS));
        } catch (IllegalArgumentException e) {
            throw wrongUse("--" + e.getMessage(), e);
        }
    }

    /** Returns the space in the user's file, if one was named, after a check of all its values. */
    public Optional<Space> spaceOfFile() {
        return Optional.ofNullable(space).map(SpaceFile::read).map(this::checked);
    }

    /** Returns the space for volumes of a kind that a search has unless the user names a file. */
    public Space defaultSpace(VolumeData data) {
        try {
            return checked(DefaultSpace.of(data.task(), data.shape().shortest(), base().epochs()));
        } catch (IllegalArgumentException e) {
            throw new DataException(data.name() + ": " + e.getMessage(), e);
        }
    }

    /** Checks that the settings of all trials can be trained with each value of a space. */
    private Space checked(Space chosen) {
        TrainSettings base = base();
        try {
            for (Dimension dimension : chosen.dimensions()) {
                for (String value : dimension.domain().extremes()) {
                    Hyperparameter.apply(Configuration.EMPTY.with(dimension.name(), value), base);
                }
            }
            return chosen;
        } catch (IllegalArgumentException e) {
            throw wrongUse(String.valueOf(e.getMessage()) + "; change --epochs, or give another --space", e);
        }
    }

    /** Refuses all options that cannot change when a search is resumed. */
    public void requireOnlyBudget() {
        Map<String, @Nullable Object> fixed = new LinkedHashMap<>();
        fixed.put("--space", space);
        fixed.put("--strategy", strategy);
        fixed.put("--trials", trials);
        fixed.put("--epochs", epochs);
        fixed.put("--first-rung", firstRung);
        fixed.put("--eta", eta);
        fixed.put("--processes", processes);
        fixed.put("--seed", seed);
        fixed.forEach((option, value) -> {
            if (value != null) {
                throw wrongUse(
                        option + " is fixed when a search starts; leave it out, or start a new search with --out",
                        null);
            }
        });
    }

    /** Returns the plan of a search that is resumed with another budget; empty if it stays. */
    public Optional<Plan> newPlan(Plan before) {
        try {
            return Optional.ofNullable(budget).map(Budget::parse).map(before::withBudget);
        } catch (IllegalArgumentException e) {
            throw wrongUse("--" + e.getMessage(), e);
        }
    }

    private ParameterException wrongUse(String message, @Nullable Exception cause) {
        return new ParameterException(command.commandLine(), message, cause);
    }
}
