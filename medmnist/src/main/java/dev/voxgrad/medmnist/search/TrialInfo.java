package dev.voxgrad.medmnist.search;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.search.space.Configuration;

import static dev.voxgrad.medmnist.io.BadValueException.require;
import static dev.voxgrad.medmnist.io.BadValueException.requireAll;
import static dev.voxgrad.medmnist.io.BadValueException.requirePresent;
import static dev.voxgrad.medmnist.io.BadValueException.requireWithin;

/**
 * Describes a trial: the contents of {@code trial.json}.
 *
 * @param configuration what was chosen for it
 * @param origin where the configuration comes from, for people
 * @param jobs the number of the job that sent it to each rung, from rung 0
 * @param results one for each rung that it reached, from rung 0: as many as {@code jobs}, or one less
 * @param failure why it cannot be trained any further; null if it can
 */
public record TrialInfo(
        Configuration configuration,
        String origin,
        List<Integer> jobs,
        List<RungResult> results,
        @Nullable String failure) {
    private static final int MOST_RUNGS = 32;
    private static final int MOST_CHARACTERS = 2000;

    /** Refuses what an edited or damaged file may contain. */
    public TrialInfo {
        requirePresent("configuration", configuration);
        requirePresent("origin", origin);
        require(origin.length() <= MOST_CHARACTERS, "origin", origin, "at most " + MOST_CHARACTERS + " characters");
        requireAll("jobs", jobs, "the number of each job");
        requireAll("results", results, "the figures of each rung");
        requireWithin("number of jobs", jobs.size(), 1, MOST_RUNGS);
        require(
                results.size() == jobs.size() || results.size() == jobs.size() - 1,
                "number of results",
                results.size(),
                "as many as jobs (" + jobs.size() + "), or one less");
        require(
                failure == null || results.size() < jobs.size(),
                "failure",
                failure,
                "none, as the trial has reached all rungs that it was sent to");
        require(jobs.stream().allMatch(job -> job >= 0), "jobs", jobs, "numbers from 0 on");
        for (int i = 1; i < results.size(); i++) {
            require(
                    results.get(i).epochs() >= results.get(i - 1).epochs(),
                    "epochs",
                    results.get(i).epochs(),
                    "as many as at the rung before, or more");
        }
        jobs = List.copyOf(jobs);
        results = List.copyOf(results);
    }

    /** Returns a trial that is sent to rung 0. */
    static TrialInfo start(Configuration configuration, String origin, int job) {
        return new TrialInfo(configuration, origin, List.of(job), List.of(), null);
    }

    /** Returns the trial when it is sent to the next rung. */
    TrialInfo withJob(int job) {
        List<Integer> longer = new ArrayList<>(jobs);
        longer.add(job);
        return new TrialInfo(configuration, origin, longer, results, null);
    }

    /** Returns the trial when it has reached the rung that it was sent to. */
    TrialInfo withResult(RungResult result) {
        List<RungResult> longer = new ArrayList<>(results);
        longer.add(result);
        return new TrialInfo(configuration, origin, jobs, longer, null);
    }

    /** Returns the trial when it cannot be trained any further. */
    TrialInfo failed(String why) {
        String shortened = why.length() <= MOST_CHARACTERS ? why : why.substring(0, MOST_CHARACTERS);
        return new TrialInfo(configuration, origin, jobs, results, shortened);
    }

    /** Returns the rung that it was last sent to. */
    int rung() {
        return jobs.size() - 1;
    }

    /** Returns whether it has reached the rung that it was sent to. */
    boolean isThere() {
        return results.size() == jobs.size();
    }
}
