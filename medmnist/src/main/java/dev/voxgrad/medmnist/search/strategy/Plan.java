package dev.voxgrad.medmnist.search.strategy;

import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.search.space.Space;

import static dev.voxgrad.medmnist.io.BadValueException.require;
import static dev.voxgrad.medmnist.io.BadValueException.requirePresent;
import static dev.voxgrad.medmnist.io.BadValueException.requireWithin;

/**
 * Holds what decides the course of a search, together with its space.
 *
 * <pre>{@code
 * Plan plan = new Plan(Method.ASHA, Rungs.of(1, 9, 3), Budget.parse("60epochs"), Plan.MOST_TRIALS, 1, 0);
 * Job job = plan.strategy(space).next(List.of());
 * }</pre>
 *
 * @param rungs a single one unless the method compares trials at rungs
 * @param budget null for no limit but the number of trials
 * @param trials the most that may be started
 * @param seed decides the configurations
 * @param workers number of processes that the search is meant for, which makes it reproducible whatever their speed;
 *     any further process waits. {@value #ANY_WORKERS} for any number, and decisions that depend on what has ended when
 *     they are made: a search by one process is reproducible then, too
 */
public record Plan(Method method, Rungs rungs, @Nullable Budget budget, int trials, long seed, int workers) {
    public static final int ANY_WORKERS = 0;
    public static final int MOST_TRIALS = 10_000;
    private static final int MOST_WORKERS = 1000;

    /** Refuses what an edited or damaged file may contain. */
    public Plan {
        requirePresent("method", method);
        requirePresent("rungs", rungs);
        requireWithin("trials", trials, 1, MOST_TRIALS);
        requireWithin("workers", workers, ANY_WORKERS, MOST_WORKERS);
        require(
                method.usesRungs() || rungs.top() == 0,
                "rungs",
                rungs.epochs(),
                "a single one for the strategy " + method.flag());
    }

    /** Returns this plan with another budget. */
    public Plan withBudget(Budget other) {
        return new Plan(method, rungs, other, trials, seed, workers);
    }

    /** Returns the plan in words: {@code asha: rungs after 1, 3, 9 epochs, 1 of 3 trials promoted; budget 60epochs}. */
    public String words() {
        String course = rungs.top() == 0
                ? "every trial has " + rungs.epochs().getLast() + " epochs"
                : "rungs after "
                        + rungs.epochs().stream().map(String::valueOf).collect(Collectors.joining(", "))
                        + " epochs, 1 of " + rungs.eta() + " trials promoted";
        return method.flag() + ": " + course + "; "
                + (budget == null ? "at most " + trials + " trials" : "budget " + budget.toText())
                + (workers == ANY_WORKERS ? "" : "; for " + workers + (workers == 1 ? " process" : " processes"))
                + "; seed " + seed;
    }

    /** Returns the strategy that follows this plan. */
    public Strategy strategy(Space space) {
        Suggester random = new RandomDraws(space, seed);
        Suggester others = method.usesModel() ? new Tpe(space, rungs, seed).orElse(random) : random;
        return new Asha(this, new Portfolio(space).orElse(others));
    }
}
