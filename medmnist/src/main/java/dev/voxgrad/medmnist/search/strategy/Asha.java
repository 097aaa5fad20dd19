package dev.voxgrad.medmnist.search.strategy;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import dev.voxgrad.medmnist.search.strategy.Suggester.Suggestion;
import dev.voxgrad.medmnist.search.strategy.TrialState.Status;

/**
 * Chooses jobs by asynchronous successive halving, in the form that promotes (ASHA; Li et al., "A System for Massively
 * Parallel Hyperparameter Tuning", MLSys 2020). From the last rung but one down to the first, it looks for a trial that
 * is among the best ⌊n/η⌋ of the n results of its rung and not yet promoted; if there is none, it starts a new trial.
 *
 * <ul>
 *   <li>Between equal scores, the trial with the lower number is better.
 *   <li>A trial that fails counts as the last of the rung that it was sent to, and is never promoted.
 *   <li>A trial that another process trains has no result yet; one that was interrupted is resumed before all else.
 * </ul>
 *
 * <p>With one rung, this is plain search: every trial is trained to its end.
 *
 * <p>A plan for a number of workers W makes the outcome independent of which worker is faster: decision j depends on
 * the results of jobs 0 … j − W alone, and waits for them. Only if they leave nothing to do does it wait for more.
 */
final class Asha implements Strategy {
    private static final Comparator<TrialState> BY_NUMBER = Comparator.comparingInt(TrialState::number);

    private final Plan plan;
    private final Suggester suggester;

    Asha(Plan plan, Suggester suggester) {
        this.plan = plan;
        this.suggester = suggester;
    }

    @Override
    public Job next(List<TrialState> trials) {
        Budget budget = plan.budget();
        if (budget != null && budget.isSpent(trials)) {
            return used(budget);
        }
        Optional<TrialState> interrupted = trials.stream()
                .filter(trial -> trial.status() == Status.INTERRUPTED)
                .min(Comparator.comparingInt(TrialState::openJob));
        if (interrupted.isPresent()) {
            return new Job.Resume(interrupted.get().number(), interrupted.get().rung());
        }
        if (budget != null && budget.isGivenOut(trials, plan.rungs())) {
            return used(budget);
        }
        return plan.workers() == Plan.ANY_WORKERS
                ? decide(trials, trials).orElseGet(() -> end(trials))
                : inOrder(trials);
    }

    private static Job used(Budget budget) {
        return new Job.Finished("the budget of " + budget.toText() + " is used");
    }

    /** Decides by the results of the earliest jobs, of as few as possible beyond what the workers share. */
    private Job inOrder(List<TrialState> trials) {
        int next = jobs(trials);
        int open = trials.stream().mapToInt(TrialState::openJob).min().orElse(Integer.MAX_VALUE);
        for (int ended = Math.max(0, next - plan.workers() + 1); ended <= Math.min(next, open); ended++) {
            int known = ended;
            List<TrialState> view =
                    trials.stream().map(trial -> trial.before(known)).toList();
            Optional<Job> job = decide(view, trials);
            if (job.isPresent()) {
                return job.get();
            }
        }
        return end(trials);
    }

    private static int jobs(List<TrialState> trials) {
        return trials.stream().mapToInt(trial -> trial.jobs().size()).sum();
    }

    private Optional<Job> decide(List<TrialState> view, List<TrialState> trials) {
        return promotion(view, trials).or(() -> start(view, trials));
    }

    private Optional<Job> promotion(List<TrialState> view, List<TrialState> trials) {
        for (int rung = plan.rungs().top() - 1; rung >= 0; rung--) {
            int from = rung;
            Optional<Job> job = best(view, rung)
                    .filter(trial -> trials.get(trial.number()).rung() == from)
                    .findFirst()
                    .map(trial -> new Job.Promote(jobs(trials), trial.number(), from + 1));
            if (job.isPresent()) {
                return job;
            }
        }
        return Optional.empty();
    }

    /** Returns the trials among the best ⌊n/η⌋ of the n results of a rung, the best one first. */
    private Stream<TrialState> best(List<TrialState> trials, int rung) {
        int results =
                (int) trials.stream().filter(trial -> trial.countsAt(rung)).count();
        return trials.stream()
                .filter(trial -> trial.reached(rung))
                .sorted(Comparator.<TrialState, Score>comparing(
                                trial -> trial.scores().get(rung))
                        .thenComparing(BY_NUMBER))
                .limit(plan.rungs().promotable(results));
    }

    private Optional<Job> start(List<TrialState> view, List<TrialState> trials) {
        int trial = trials.size();
        if (trial >= plan.trials()) {
            return Optional.empty();
        }
        Optional<Suggestion> suggestion = suggester.suggest(trial, view);
        return suggestion.map(one -> new Job.Start(jobs(trials), trial, one.configuration(), one.origin()));
    }

    /** Returns what to do if there is no job: results of trials that are being trained may lead to one. */
    private Job end(List<TrialState> trials) {
        return trials.stream()
                .filter(trial -> trial.status() == Status.RUNNING)
                .min(Comparator.comparingInt(TrialState::openJob))
                .<Job>map(trial -> new Job.Wait(trial.number()))
                .orElseGet(() -> new Job.Finished(
                        trials.size() >= plan.trials()
                                ? "all " + plan.trials() + " trials are done"
                                : "the space has hardly any configuration that was not tried"));
    }
}
