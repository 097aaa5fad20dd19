package dev.voxgrad.medmnist.search.strategy;

import java.util.List;
import java.util.Optional;

import dev.voxgrad.medmnist.search.space.Configuration;

/** Chooses the configurations of new trials. */
@FunctionalInterface
interface Suggester {
    /**
     * Contains a configuration.
     *
     * @param origin where it comes from, for people: {@code random}
     */
    record Suggestion(Configuration configuration, String origin) {}

    /**
     * Returns the configuration of a new trial, which differs from those of all others.
     *
     * @param trial its number
     * @param trials all trials so far
     * @return empty if none is found that has not been tried
     */
    Optional<Suggestion> suggest(int trial, List<TrialState> trials);

    /** Returns a suggester that asks another one as soon as this one has no suggestion. */
    default Suggester orElse(Suggester other) {
        return (trial, trials) -> suggest(trial, trials).or(() -> other.suggest(trial, trials));
    }
}
