package dev.voxgrad.medmnist.search.strategy;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.voxgrad.medmnist.search.space.Condition;
import dev.voxgrad.medmnist.search.space.Configuration;
import dev.voxgrad.medmnist.search.space.Dimension;
import dev.voxgrad.medmnist.search.space.Domain;
import dev.voxgrad.medmnist.search.space.Space;

import static org.assertj.core.api.Assertions.assertThat;

class TpeTest {
    /** The share of random search's regret that TPE may have, fixed before the first run. */
    private static final double MARGIN = 0.5;

    private static final int SEEDS = 50;
    private static final int TRIALS = 40;

    /** Functions with a known minimum of 0. */
    enum Function {
        /** Quadratic in the logarithm of one dimension, with an offset for three of four names. */
        LOG_QUADRATIC_AND_CHOICE(
                new Space(List.of(interval("lr", 1e-5, 1, true), choice("net", "a", "b", "c", "d")), List.of()),
                point -> square(Math.log10(number(point, "lr")) + 2.5)
                        + switch (point.find("net").orElseThrow()) {
                            case "c" -> 0;
                            case "a" -> 0.3;
                            default -> 1;
                        }),
        /** Branin's function, which has three minima of 0.397887. */
        BRANIN(
                new Space(List.of(interval("x", -5, 10, false), interval("y", 0, 15, false)), List.of()),
                point -> branin(number(point, "x"), number(point, "y")) - 0.397887),
        /** A sum of terms, of which one exists for one name only. */
        CONDITIONAL(
                new Space(
                        List.of(
                                choice("net", "small", "large"),
                                new Dimension("warmup", new Domain.Integers(0, 10), null),
                                interval("lr", 1e-4, 1, true),
                                new Dimension(
                                        "width",
                                        new Domain.Interval(0, 1, false),
                                        new Condition("net", List.of("large")))),
                        List.of()),
                point -> square(number(point, "warmup") - 7) / 50
                        + square(Math.log10(number(point, "lr")) + 1) / 4
                        + point.find("width")
                                .map(width -> square(Double.parseDouble(width) - 0.3))
                                .orElse(0.2));

        private final Space space;
        private final ToDoubleFunction<Configuration> value;

        Function(Space space, ToDoubleFunction<Configuration> value) {
            this.space = space;
            this.value = value;
        }

        /** Returns the median over seeds of the smallest value that a search finds. */
        double medianRegret(Method method) {
            double[] regrets = LongStream.range(0, SEEDS)
                    .mapToDouble(
                            seed -> -SimulatedSearch.best(search(method, seed)).auc())
                    .sorted()
                    .toArray();
            return (regrets[SEEDS / 2 - 1] + regrets[SEEDS / 2]) / 2;
        }

        private List<TrialState> search(Method method, long seed) {
            Plan plan = new Plan(method, Rungs.single(1), null, TRIALS, seed, Plan.ANY_WORKERS);
            return new SimulatedSearch(
                            plan,
                            space,
                            (epochs, trial, point) -> Optional.of(new Score(-value.applyAsDouble(point), 0)))
                    .run();
        }
    }

    private static Dimension interval(String name, double least, double most, boolean log) {
        return new Dimension(name, new Domain.Interval(least, most, log), null);
    }

    private static Dimension choice(String name, String... values) {
        return new Dimension(name, new Domain.Choice(Arrays.asList(values)), null);
    }

    private static double number(Configuration point, String name) {
        return Double.parseDouble(point.find(name).orElseThrow());
    }

    private static double square(double x) {
        return x * x;
    }

    private static double branin(double x, double y) {
        double valley = y - 5.1 / (4 * square(Math.PI)) * square(x) + 5 / Math.PI * x - 6;
        return square(valley) + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10;
    }

    @ParameterizedTest
    @EnumSource
    void hasLessThanHalfTheRegretOfRandomSearch(Function function) {
        double random = function.medianRegret(Method.RANDOM);
        double tpe = function.medianRegret(Method.TPE);
        assertThat(tpe).isBetween(0.0, MARGIN * random);
    }

    @Test
    void drawsFromThePriorIfAllScoresAreEqual() {
        Space space = Function.CONDITIONAL.space;
        SimulatedSearch.Curve equal = (epochs, trial, point) -> Optional.of(new Score(0.7, 0.5));
        List<List<TrialState>> searches = List.of(Method.TPE, Method.RANDOM).stream()
                .map(method ->
                        new SimulatedSearch(new Plan(method, Rungs.single(1), null, 60, 3, 0), space, equal).run())
                .toList();
        assertThat(searches.getFirst()).isEqualTo(searches.getLast());
    }

    @Test
    void learnsFromTheLastRungThatHasEnoughResults() {
        // Rung 0 says that small values are good, rung 1 the contrary.
        Space space = new Space(List.of(interval("x", 0, 1, false)), List.of());
        Plan plan = new Plan(Method.ASHA, Rungs.of(1, 2, 3), null, 60, 5, 0);
        List<TrialState> trials = new SimulatedSearch(
                        plan,
                        space,
                        (epochs, trial, point) ->
                                Optional.of(new Score(epochs == 1 ? -number(point, "x") : number(point, "x"), 0)))
                .run();
        long promoted = trials.stream().filter(trial -> trial.rung() == 1).count();
        assertThat(promoted).isEqualTo(20);
        Tpe tpe = new Tpe(space, plan.rungs(), 5);
        assertThat(tpe.suggest(61, trials).orElseThrow().origin()).isEqualTo("TPE after 20 results");
        List<TrialState> below =
                trials.stream().filter(trial -> trial.rung() == 0).limit(4).toList();
        assertThat(tpe.suggest(61, below).orElseThrow().origin()).isEqualTo("TPE after 4 results");
        assertThat(tpe.suggest(61, trials.subList(0, 2))).isEmpty();
        assertThat(tpe.suggest(60, trials)).as("every third trial explores").isEmpty();
    }

    @Test
    void failedTrialsRepel() {
        Space space = new Space(List.of(interval("x", 0, 1, false)), List.of());
        Plan plan = new Plan(Method.TPE, Rungs.single(1), null, 60, 5, 0);
        List<TrialState> trials = new SimulatedSearch(
                        plan,
                        space,
                        (epochs, trial, point) ->
                                number(point, "x") > 0.3 ? Optional.empty() : Optional.of(new Score(0.5, 0)))
                .run();
        long inside = trials.subList(20, 60).stream()
                .filter(trial -> trial.number() % 3 != 0)
                .filter(trial -> number(trial.configuration(), "x") <= 0.3)
                .count();
        assertThat(inside).isGreaterThan(20);
    }
}
