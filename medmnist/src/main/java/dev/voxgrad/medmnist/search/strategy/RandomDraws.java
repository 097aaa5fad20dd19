package dev.voxgrad.medmnist.search.strategy;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.voxgrad.engine.random.RandomPurpose;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.medmnist.search.space.Configuration;
import dev.voxgrad.medmnist.search.space.Space;

/**
 * Suggests configurations from the prior (Bergstra and Bengio, "Random Search for Hyper-Parameter Optimization", JMLR
 * 2012). The draws are named by (seed, trial, dimension); only if the outcome has been tried before are they repeated.
 */
final class RandomDraws implements Suggester {
    /** After so many draws that have all been tried, hardly anything in the space is new. */
    private static final int MOST_DRAWS = 100;

    private final Space space;
    private final long seed;

    RandomDraws(Space space, long seed) {
        this.space = space;
        this.seed = seed;
    }

    @Override
    public Optional<Suggestion> suggest(int trial, List<TrialState> trials) {
        List<RandomStream> streams = space.streams(seed, trial, RandomPurpose.SEARCH);
        return firstNew(() -> space.fill(streams), trials).map(one -> new Suggestion(one, "random"));
    }

    /** Returns the first of many draws that no trial has. */
    static Optional<Configuration> firstNew(Supplier<Configuration> draw, List<TrialState> trials) {
        Set<Configuration> tried =
                trials.stream().map(TrialState::configuration).collect(Collectors.toSet());
        return Stream.generate(draw)
                .limit(MOST_DRAWS)
                .filter(one -> !tried.contains(one))
                .findFirst();
    }
}
