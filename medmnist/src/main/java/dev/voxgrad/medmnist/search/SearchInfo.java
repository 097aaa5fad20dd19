package dev.voxgrad.medmnist.search;

import java.util.List;

import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.run.RunInfo;
import dev.voxgrad.medmnist.search.space.Configuration;
import dev.voxgrad.medmnist.search.space.Hyperparameter;
import dev.voxgrad.medmnist.search.space.Space;
import dev.voxgrad.medmnist.search.space.SpaceFile;
import dev.voxgrad.medmnist.search.strategy.Plan;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

import static dev.voxgrad.medmnist.io.BadValueException.require;
import static dev.voxgrad.medmnist.io.BadValueException.requireAll;
import static dev.voxgrad.medmnist.io.BadValueException.requirePresent;
import static dev.voxgrad.medmnist.io.BadValueException.requireWithin;

/**
 * Describes a search: the contents of {@code search.json}. Nothing but the budget changes after the start.
 *
 * @param run what all trials share: data, device, versions, and the settings that the space does not contain
 * @param volumes number of validation volumes, by which trials are compared
 * @param space the lines of the space's file
 * @param plan how trials are chosen and compared, and when the search ends
 */
public record SearchInfo(RunInfo run, int volumes, List<String> space, Plan plan) {
    private static final int MOST_LINES = 1000;

    /** Refuses what an edited or damaged file may contain. */
    public SearchInfo {
        requirePresent("run", run);
        requireWithin("volumes", volumes, 1, Integer.MAX_VALUE);
        requireAll("space", space, "the lines of a space");
        requireWithin("number of lines of the space", space.size(), 1, MOST_LINES);
        space = List.copyOf(space);
        requirePresent("plan", plan);
        require(run.crossValidation() == null, "crossValidation", run.crossValidation(), "none");
        require(run.settings().models() == 1, "models", run.settings().models(), "1, as each trial has one member");
        int last = plan.rungs().epochs().getLast();
        require(run.settings().epochs() == last, "epochs", run.settings().epochs(), last + ", those of the last rung");
    }

    /**
     * Returns the space that trials are chosen from.
     *
     * @param where the file that describes the search, for the message
     * @throws DataFileException if the lines are no space
     */
    Space space(String where) {
        return SpaceFile.parse(space, where + ", space");
    }

    /**
     * Returns the settings of a trial. Its seed is 10000 times that of the plan plus its number, so that trials are as
     * different as the members of a run.
     *
     * @throws IllegalArgumentException if a training does not accept the configuration; the message says why
     */
    TrainSettings settings(int trial, Configuration configuration) {
        TrainSettings own = run.settings().toBuilder()
                .seed(plan.seed() * Plan.MOST_TRIALS + trial)
                .build();
        return Hyperparameter.apply(configuration, own);
    }

    /** Returns the same search with another plan. */
    SearchInfo withPlan(Plan other) {
        return new SearchInfo(run, volumes, space, other);
    }

    /**
     * Checks that trials are trained by the version of Voxgrad that started the search.
     *
     * @throws DataFileException if it is another one
     */
    public void requireVersion(String now, String folder) {
        if (!run.voxgrad().equals(now)) {
            throw new DataFileException(
                    folder,
                    "was started by Voxgrad " + run.voxgrad() + ", and this is " + now
                            + ", whose trials may end differently; resume it with that version, or start a new search");
        }
    }
}
