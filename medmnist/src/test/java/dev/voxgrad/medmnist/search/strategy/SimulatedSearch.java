package dev.voxgrad.medmnist.search.strategy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import dev.voxgrad.medmnist.search.space.Configuration;
import dev.voxgrad.medmnist.search.space.Space;
import dev.voxgrad.medmnist.search.strategy.TrialState.Status;

/** Runs a search whose trials are not trained: their scores come from a function. */
final class SimulatedSearch {
    /** Returns the scores of trials. */
    interface Curve {
        /** Returns the score after so many epochs; empty if the trial fails before. */
        Optional<Score> after(int epochs, int trial, Configuration configuration);
    }

    private final Plan plan;
    private final Strategy strategy;
    private final Curve curve;
    private final List<TrialState> trials = new ArrayList<>();

    SimulatedSearch(Plan plan, Space space, Curve curve) {
        this.plan = plan;
        this.strategy = plan.strategy(space);
        this.curve = curve;
    }

    /** Runs the whole search with one worker, and returns its trials. */
    List<TrialState> run() {
        while (give() instanceof Given(int trial)) {
            end(trial);
        }
        return trials;
    }

    /** The outcome of a request for a job: the trial that is trained now. */
    record Given(int trial) {}

    List<TrialState> trials() {
        return List.copyOf(trials);
    }

    List<Integer> with(Status status) {
        return trials.stream()
                .filter(trial -> trial.status() == status)
                .map(TrialState::number)
                .toList();
    }

    Job next() {
        return strategy.next(trials());
    }

    /** Gives out the next job, and returns its trial; returns the job if there is nothing to train. */
    Object give() {
        Job next = next();
        switch (next) {
            case Job.Start start ->
                trials.add(new TrialState(
                        start.trial(), start.configuration(), Status.RUNNING, List.of(start.job()), List.of(), 0, 0));
            case Job.Promote promote -> {
                TrialState trial = trials.get(promote.trial());
                List<Integer> jobs = new ArrayList<>(trial.jobs());
                jobs.add(promote.job());
                set(trial, Status.RUNNING, jobs, trial.scores());
            }
            case Job.Resume resume -> setStatus(resume.trial(), Status.RUNNING);
            case Job.Wait _, Job.Finished _ -> {
                return next;
            }
        }
        return new Given(
                switch (next) {
                    case Job.Start start -> start.trial();
                    case Job.Promote promote -> promote.trial();
                    case Job.Resume resume -> resume.trial();
                    default -> throw new AssertionError(next);
                });
    }

    /** Ends the process that trains a trial. */
    void kill(int trial) {
        setStatus(trial, Status.INTERRUPTED);
    }

    /** Lets a trial reach its rung, or fail. */
    void end(int number) {
        TrialState trial = trials.get(number);
        Optional<Score> score = curve.after(plan.rungs().epochs().get(trial.rung()), number, trial.configuration());
        List<Score> scores = new ArrayList<>(trial.scores());
        score.ifPresent(scores::add);
        set(trial, score.isPresent() ? Status.WAITING : Status.FAILED, trial.jobs(), scores);
    }

    private void setStatus(int number, Status status) {
        TrialState trial = trials.get(number);
        set(trial, status, trial.jobs(), trial.scores());
    }

    private void set(TrialState trial, Status status, List<Integer> jobs, List<Score> scores) {
        int epochs = scores.isEmpty() ? 0 : plan.rungs().epochs().get(scores.size() - 1);
        trials.set(
                trial.number(),
                new TrialState(trial.number(), trial.configuration(), status, jobs, scores, epochs, 10.0 * epochs));
    }

    /** Returns the best score that any trial has at its last rung. */
    static Score best(List<TrialState> trials) {
        return trials.stream()
                .filter(trial -> !trial.scores().isEmpty())
                .map(trial -> trial.scores().getLast())
                .sorted()
                .findFirst()
                .orElseThrow();
    }
}
