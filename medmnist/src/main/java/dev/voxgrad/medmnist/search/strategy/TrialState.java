package dev.voxgrad.medmnist.search.strategy;

import java.util.List;

import dev.voxgrad.medmnist.search.space.Configuration;

import static dev.voxgrad.medmnist.io.BadValueException.require;

/**
 * Describes where a trial stands.
 *
 * @param number its index in the search, from 0
 * @param jobs the number of the job that sent it to each rung, from rung 0; jobs are numbered from 0 in the order in
 *     which they were given out, resumed ones keep theirs
 * @param scores one for each rung that it reached, from rung 0: as many as {@code jobs}, or one less
 * @param epochs done so far
 * @param seconds of training and validation so far
 */
public record TrialState(
        int number,
        Configuration configuration,
        Status status,
        List<Integer> jobs,
        List<Score> scores,
        int epochs,
        double seconds) {
    /** What happens to a trial now. */
    public enum Status {
        /** A live process trains it. */
        RUNNING,
        /** Its process ended before the rung; it can be resumed. */
        INTERRUPTED,
        /** It reached the rung that it was sent to. */
        WAITING,
        /** It cannot be trained any further: it diverged. */
        FAILED
    }

    public TrialState {
        jobs = List.copyOf(jobs);
        scores = List.copyOf(scores);
        require(!jobs.isEmpty(), "jobs of trial " + number, jobs, "at least one");
        boolean reached = status == Status.WAITING;
        require(
                scores.size() == jobs.size() - (reached ? 0 : 1),
                "scores of trial " + number,
                scores.size(),
                "one for each rung that it reached");
    }

    /** Returns the rung that it was last sent to. */
    public int rung() {
        return jobs.size() - 1;
    }

    /** Returns whether it has reached a rung. */
    public boolean reached(int rung) {
        return rung < scores.size();
    }

    /** Returns whether it counts among the results of a rung: it has reached it, or failed on the way there. */
    boolean countsAt(int rung) {
        return reached(rung) || status == Status.FAILED && rung == rung();
    }

    /** Returns the number of its first job that has no result yet, or {@link Integer#MAX_VALUE} if all have one. */
    int openJob() {
        return status == Status.RUNNING || status == Status.INTERRUPTED ? jobs.getLast() : Integer.MAX_VALUE;
    }

    /**
     * Returns this trial as if only jobs below a number had ended. What it has been sent to stays known, the outcome
     * does not.
     */
    TrialState before(int job) {
        int ended = (int) jobs.stream().filter(number -> number < job).count();
        if (ended == jobs.size()) {
            return this;
        }
        // The job after the last one that counts is as good as running. Later jobs of the trial depend on its outcome.
        return new TrialState(
                number,
                configuration,
                Status.RUNNING,
                jobs.subList(0, ended + 1),
                scores.subList(0, ended),
                epochs,
                seconds);
    }
}
