package dev.voxgrad.medmnist.search;

import java.nio.file.Path;

/** Gives tests in other packages access to the readers of this package. */
public final class SearchReaders {
    private SearchReaders() {}

    /** Reads a search's folder and uses it as every command does first, and as a worker does. */
    public static void read(Path folder) {
        SearchFiles search = SearchFiles.open(folder);
        Leaderboard leaderboard = search.leaderboard();
        leaderboard.toText();
        leaderboard.toCsv();
        search.trials().forEach(Trial::words);
        search.strategy().next(search.trials().stream().map(Trial::state).toList());
        if (search.trials().stream().anyMatch(trial -> trial.result().isPresent())) {
            search.best(3);
        }
    }
}
