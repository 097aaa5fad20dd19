package dev.voxgrad.medmnist.search.strategy;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

import dev.voxgrad.engine.random.RandomPurpose;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.medmnist.search.space.Configuration;
import dev.voxgrad.medmnist.search.space.Dimension;
import dev.voxgrad.medmnist.search.space.Space;

/**
 * Suggests configurations near good ones by the tree-structured Parzen estimator (TPE; Bergstra et al., "Algorithms for
 * Hyper-Parameter Optimization", NIPS 2011). For each dimension, it estimates the density l of the values of good
 * trials and the density g of those of the others ({@link Density}), draws {@value #DRAWS} values from l and takes the
 * one with the largest l/g. A conditional dimension counts only the trials in which it is active.
 *
 * <p>As in BOHB (Falkner et al., "BOHB: Robust and Efficient Hyperparameter Optimization at Scale", ICML 2018), the
 * results are those of the last rung that has enough of them: two more than there are dimensions. The best ⌈0.15 n⌉ of
 * n are good, and so is any other with the same score as the last of them. There is no suggestion if no rung has enough
 * results, if no trial is worse than the good ones, or for every third trial, which explores.
 */
final class Tpe implements Suggester {
    private static final int DRAWS = 24;
    private static final double GOOD = 0.15;
    private static final int EXPLORATION = 3;
    /** The score of a trial that failed: worse than all others. */
    private static final Score WORST = new Score(Double.NaN, Double.NaN);

    private final Space space;
    private final Rungs rungs;
    private final long seed;

    Tpe(Space space, Rungs rungs, long seed) {
        this.space = space;
        this.rungs = rungs;
        this.seed = seed;
    }

    /** Contains a configuration and what became of it. */
    private record Result(Configuration configuration, Score score) {}

    /** Contains the results that the densities are estimated from. */
    private record Parts(List<Result> good, List<Result> others) {}

    @Override
    public Optional<Suggestion> suggest(int trial, List<TrialState> trials) {
        if (trial % EXPLORATION == 0) {
            return Optional.empty();
        }
        return parts(trials).flatMap(parts -> suggest(trial, trials, parts));
    }

    private Optional<Suggestion> suggest(int trial, List<TrialState> trials, Parts parts) {
        List<RandomStream> streams = space.streams(seed, trial, RandomPurpose.SUGGESTION);
        int results = parts.good().size() + parts.others().size();
        return RandomDraws.firstNew(
                        () -> space.fill((dimension, index) -> best(dimension, parts, streams.get(index))), trials)
                .map(one -> new Suggestion(one, "TPE after " + results + " results"));
    }

    /** Returns the results of the last rung that has enough, in two parts; empty if there is nothing to learn. */
    private Optional<Parts> parts(List<TrialState> trials) {
        for (int rung = rungs.top(); rung >= 0; rung--) {
            List<Result> results = results(trials, rung);
            if (results.size() >= space.dimensions().size() + 2) {
                return Optional.of(split(results))
                        .filter(parts -> !parts.others().isEmpty());
            }
        }
        return Optional.empty();
    }

    /** Returns the results of a rung, the best one first. */
    private static List<Result> results(List<TrialState> trials, int rung) {
        return trials.stream()
                .filter(trial -> trial.countsAt(rung))
                .map(trial -> new Result(
                        trial.configuration(),
                        trial.reached(rung) ? trial.scores().get(rung) : WORST))
                .sorted(Comparator.comparing(Result::score))
                .toList();
    }

    private static Parts split(List<Result> results) {
        int good = (int) Math.ceil(GOOD * results.size());
        Score last = results.get(good - 1).score();
        while (good < results.size() && results.get(good).score().compareTo(last) == 0) {
            good++;
        }
        return new Parts(results.subList(0, good), results.subList(good, results.size()));
    }

    private static String best(Dimension dimension, Parts parts, RandomStream random) {
        Density good = density(dimension, parts.good());
        Density others = density(dimension, parts.others());
        String best = good.draw(random);
        double ratio = good.at(best) / others.at(best);
        for (int draw = 1; draw < DRAWS; draw++) {
            String other = good.draw(random);
            double otherRatio = good.at(other) / others.at(other);
            if (otherRatio > ratio) {
                best = other;
                ratio = otherRatio;
            }
        }
        return best;
    }

    private static Density density(Dimension dimension, List<Result> results) {
        return Density.of(
                dimension.domain(),
                results.stream()
                        .flatMap(result -> result.configuration().find(dimension.name()).stream())
                        .toList());
    }
}
