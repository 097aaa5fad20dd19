package dev.voxgrad.medmnist.search.strategy;

import java.util.List;
import java.util.Optional;

import dev.voxgrad.medmnist.search.space.Configuration;
import dev.voxgrad.medmnist.search.space.Space;

/**
 * Suggests the configurations that the space lists as the first ones, in order: settings that are known to work. This
 * is the portfolio of auto-sklearn 2 (Feurer et al., "Auto-Sklearn 2.0", JMLR 2022), chosen by people.
 */
final class Portfolio implements Suggester {
    private final List<Configuration> first;

    Portfolio(Space space) {
        this.first = space.first();
    }

    @Override
    public Optional<Suggestion> suggest(int trial, List<TrialState> trials) {
        return trial < first.size() ? Optional.of(new Suggestion(first.get(trial), "portfolio")) : Optional.empty();
    }
}
