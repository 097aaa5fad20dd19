package dev.voxgrad.medmnist.search.strategy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

import dev.voxgrad.medmnist.search.space.Configuration;
import dev.voxgrad.medmnist.search.space.Dimension;
import dev.voxgrad.medmnist.search.space.Domain;
import dev.voxgrad.medmnist.search.space.Space;
import dev.voxgrad.medmnist.search.strategy.SimulatedSearch.Curve;
import dev.voxgrad.medmnist.search.strategy.SimulatedSearch.Given;
import dev.voxgrad.medmnist.search.strategy.TrialState.Status;

import static org.assertj.core.api.Assertions.assertThat;

class AshaTest {
    private static final Space SPACE =
            new Space(List.of(new Dimension("lr", new Domain.Interval(1e-4, 1, true), null)), List.of());

    private static Plan plan(Rungs rungs, int epochs, int workers) {
        return new Plan(Method.ASHA_RANDOM, rungs, new Budget.Epochs(epochs), Plan.MOST_TRIALS, 1, workers);
    }

    /** Returns a table of random scores with many ties, in which some trials fail. */
    private static Curve table(long seed) {
        return (epochs, trial, configuration) -> {
            Random random = new Random(seed * 1_000_003 + trial * 1009L + epochs);
            return random.nextInt(8) == 0
                    ? Optional.empty()
                    : Optional.of(new Score(random.nextInt(5) / 4.0, random.nextInt(3)));
        };
    }

    /**
     * Returns what ASHA does by its definition: for each rung and each trial that waits at it, counts the results that
     * are better.
     */
    private static String reference(List<TrialState> trials, Rungs rungs, int budget) {
        int given = 0;
        for (TrialState trial : trials) {
            if (trial.status() == Status.INTERRUPTED) {
                return "resume";
            }
            for (int k = 0; k < trial.jobs().size(); k++) {
                given += rungs.cost(k);
            }
        }
        if (given >= budget) {
            return "finished";
        }
        for (int k = rungs.epochs().size() - 2; k >= 0; k--) {
            TrialState chosen = null;
            for (TrialState trial : trials) {
                boolean waits =
                        trial.status() == Status.WAITING && trial.scores().size() == k + 1;
                if (waits && rank(trial, trials, k) < results(trials, k) / rungs.eta()) {
                    boolean better = chosen == null || rank(trial, trials, k) < rank(chosen, trials, k);
                    chosen = better ? trial : chosen;
                }
            }
            if (chosen != null) {
                return "promote " + chosen.number() + " to " + (k + 1);
            }
        }
        return "start " + trials.size();
    }

    private static int results(List<TrialState> trials, int rung) {
        int count = 0;
        for (TrialState trial : trials) {
            boolean failedHere = trial.status() == Status.FAILED && trial.jobs().size() == rung + 1;
            count += trial.scores().size() > rung || failedHere ? 1 : 0;
        }
        return count;
    }

    /** Returns how many results of a rung are better than that of a trial. */
    private static int rank(TrialState trial, List<TrialState> trials, int rung) {
        int better = 0;
        Score own = trial.scores().get(rung);
        for (TrialState other : trials) {
            if (other.scores().size() > rung) {
                Score score = other.scores().get(rung);
                boolean equal = score.auc() == own.auc() && score.logLoss() == own.logLoss();
                boolean higher = score.auc() > own.auc() || score.auc() == own.auc() && score.logLoss() < own.logLoss();
                better += higher || equal && other.number() < trial.number() ? 1 : 0;
            }
        }
        return better;
    }

    private static String words(Job job) {
        return switch (job) {
            case Job.Start start -> "start " + start.trial();
            case Job.Promote promote -> "promote " + promote.trial() + " to " + promote.rung();
            case Job.Resume _ -> "resume";
            case Job.Wait _ -> "wait";
            case Job.Finished _ -> "finished";
        };
    }

    @Property(tries = 300)
    void decidesAsTheDefinition(
            @ForAll long seed,
            @ForAll @IntRange(min = 2, max = 4) int eta,
            @ForAll @IntRange(min = 1, max = 4) int workers) {
        Rungs rungs = Rungs.of(1, 27, eta);
        SimulatedSearch search = new SimulatedSearch(plan(rungs, 120, Plan.ANY_WORKERS), SPACE, table(seed));
        Random random = new Random(seed);
        while (true) {
            Job job = search.next();
            assertThat(words(job)).isEqualTo(reference(search.trials(), rungs, 120));
            if (job instanceof Job.Finished) {
                break;
            }
            search.give();
            endSome(search, random, workers - 1);
        }
        assertThat(search.trials()).allSatisfy(trial -> assertThat(trial.jobs()).isSorted());
        int given = search.trials().stream()
                .mapToInt(trial -> rungs.epochs().get(trial.rung()))
                .sum();
        assertThat(given).isBetween(120, 120 + 26);
    }

    /** Ends random trials until at most so many are being trained; some processes end before and are resumed. */
    private static void endSome(SimulatedSearch search, Random random, int most) {
        List<Integer> running = new ArrayList<>(search.with(Status.RUNNING));
        while (running.size() > most || !running.isEmpty() && random.nextBoolean()) {
            int trial = running.remove(random.nextInt(running.size()));
            if (random.nextInt(5) == 0) {
                search.kill(trial);
            } else {
                search.end(trial);
            }
        }
    }

    /** The number of workers is part of the plan; their speed, and kills, change nothing. */
    @Property(tries = 100)
    void planForSomeWorkersHasOneOutcome(@ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int planned) {
        Plan plan = plan(Rungs.of(1, 9, 3), 80, planned);
        List<TrialState> undisturbed = new SimulatedSearch(plan, SPACE, table(seed)).run();
        for (int workers = 1; workers <= planned + 1; workers++) {
            SimulatedSearch search = new SimulatedSearch(plan, SPACE, table(seed));
            Random random = new Random(seed + workers);
            Object given = search.give();
            while (!(given instanceof Job.Finished)) {
                endSome(search, random, given instanceof Given ? workers - 1 : 0);
                given = search.give();
            }
            search.with(Status.RUNNING).forEach(search::end);
            assertThat(search.trials()).isEqualTo(undisturbed);
        }
    }

    @Test
    void resultsOfLaterJobsDoNotCountInAPlanForTwoWorkers() {
        SimulatedSearch search = new SimulatedSearch(
                plan(Rungs.of(1, 9, 3), 80, 2),
                SPACE,
                (epochs, trial, configuration) -> Optional.of(new Score(trial, 0)));
        search.give();
        search.give();
        search.end(1);
        assertThat(search.next()).as("decision 2 needs job 0").isEqualTo(new Job.Wait(0));
        search.end(0);
        search.give();
        search.end(2);
        assertThat(words(search.next()))
                .as("decision 3 knows jobs 0 and 1 only")
                .isEqualTo("start 3");
        search.give();
        assertThat(words(search.next())).as("decision 4 knows jobs 0 to 2").isEqualTo("promote 2 to 1");
    }

    @Test
    void lastTrialsArePromotedAfterAllHaveStarted() {
        Plan plan = new Plan(Method.ASHA_RANDOM, Rungs.of(1, 9, 3), null, 9, 1, 2);
        List<TrialState> trials = new SimulatedSearch(
                        plan, SPACE, (epochs, trial, configuration) -> Optional.of(new Score(-trial, 0)))
                .run();
        assertThat(trials).extracting(TrialState::rung).containsExactly(2, 1, 1, 0, 0, 0, 0, 0, 0);
    }

    @Test
    void timeCountsAcrossTrials() {
        Plan plan = new Plan(Method.RANDOM, Rungs.single(3), Budget.parse("100s"), Plan.MOST_TRIALS, 1, 0);
        List<TrialState> trials = new SimulatedSearch(
                        plan, SPACE, (epochs, trial, configuration) -> Optional.of(new Score(0.5, 1)))
                .run();
        assertThat(trials).as("30 s each").hasSize(4);
    }

    @Test
    void smallSpaceEndsTheSearch() {
        Space two = new Space(
                List.of(new Dimension("net", new Domain.Choice(List.of("net1", "net2")), null)),
                List.of(Configuration.parse("net=net2")));
        SimulatedSearch search = new SimulatedSearch(
                plan(Rungs.single(1), 100, 0), two, (epochs, trial, configuration) -> Optional.of(new Score(1, 0)));
        assertThat(search.run())
                .extracting(trial -> trial.configuration().toText())
                .containsExactly("net=net2", "net=net1");
        assertThat(search.next())
                .isEqualTo(new Job.Finished("the space has hardly any configuration that was not tried"));
    }
}
