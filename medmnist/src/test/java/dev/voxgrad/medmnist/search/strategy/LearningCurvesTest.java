package dev.voxgrad.medmnist.search.strategy;

import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.random.RandomPurpose;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.medmnist.search.space.Configuration;
import dev.voxgrad.medmnist.search.space.Dimension;
import dev.voxgrad.medmnist.search.space.Domain;
import dev.voxgrad.medmnist.search.space.Space;

import static org.assertj.core.api.Assertions.assertThat;

/** Searches among noisy learning curves, of which only those of a small part of the space become good. */
class LearningCurvesTest {
    private static final Space SPACE = new Space(
            List.of(
                    new Dimension("net", new Domain.Choice(List.of("net1", "net2", "net3")), null),
                    new Dimension("lr", new Domain.Interval(1e-5, 1, true), null)),
            List.of());

    /** The noise of an AUC on some hundred volumes. */
    private static final double NOISE = 0.03;

    /** Returns whether a configuration is a good one: net2 with a rate from 3e-4 to 3e-2, 13 % of the space. */
    private static boolean isPlanted(Configuration configuration) {
        double rate = Double.parseDouble(configuration.find("lr").orElseThrow());
        return configuration.find("net").orElseThrow().equals("net2") && rate >= 3e-4 && rate <= 3e-2;
    }

    /** Returns the best of the noisy AUCs up to an epoch: they approach 0.92 for good configurations, else 0.7. */
    private static Score after(long seed, int epochs, int trial, Configuration configuration) {
        double limit = isPlanted(configuration) ? 0.92 : 0.7;
        double best = 0;
        for (int epoch = 1; epoch <= epochs; epoch++) {
            double noise = NOISE * new RandomStream(seed, epoch, trial, RandomPurpose.ANY).nextGaussian();
            best = Math.max(best, 0.5 + (limit - 0.5) * (1 - Math.exp(-epoch / 3.0)) + noise);
        }
        return new Score(best, 1 - best);
    }

    private static boolean findsPlanted(long seed) {
        Plan plan = new Plan(
                Method.ASHA, Rungs.of(1, 9, 3), Budget.parse("80epochs"), Plan.MOST_TRIALS, seed, Plan.ANY_WORKERS);
        List<TrialState> trials = new SimulatedSearch(
                        plan,
                        SPACE,
                        (epochs, trial, configuration) -> Optional.of(after(seed, epochs, trial, configuration)))
                .run();
        TrialState best = trials.stream()
                .filter(trial -> trial.reached(plan.rungs().top()))
                .min((a, b) -> a.scores().getLast().compareTo(b.scores().getLast()))
                .orElseThrow();
        return isPlanted(best.configuration());
    }

    @Test
    void findsThePlantedSettingsInNineOfTenSeeds() {
        assertThat(LongStream.range(0, 10).filter(LearningCurvesTest::findsPlanted))
                .hasSizeGreaterThanOrEqualTo(9);
    }
}
