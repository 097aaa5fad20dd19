package dev.voxgrad.medmnist.search;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

import dev.voxgrad.medmnist.search.strategy.Score;
import dev.voxgrad.medmnist.search.strategy.TrialState;

/**
 * Describes a trial as every user of the search's folder can see it.
 *
 * @param number its index in the search, from 0
 * @param run the folder of its run, with one member
 * @param info the contents of its {@code trial.json}
 * @param status what happens to it now
 * @param epochs finished so far
 * @param seconds of training and validation so far
 * @param holder the process that trains it at present, if any
 */
public record Trial(
        int number,
        Path run,
        TrialInfo info,
        TrialState.Status status,
        int epochs,
        double seconds,
        Optional<String> holder) {
    /** Best scores first; equal ones by number. */
    static final Comparator<Trial> BEST_FIRST =
            Comparator.comparing(Trial::score).thenComparingInt(Trial::number);

    /** Returns the figures of the last rung that it reached, if there is one. */
    public Optional<RungResult> result() {
        List<RungResult> results = info.results();
        return results.isEmpty() ? Optional.empty() : Optional.of(results.getLast());
    }

    /** Returns the rung that it was last sent to. */
    public int rung() {
        return info.rung();
    }

    /** Describes what happens to it now in words. */
    public String words() {
        return switch (status) {
            case RUNNING -> holder.map(who -> "trained by " + who).orElse("trained now");
            case INTERRUPTED -> "interrupted";
            case WAITING -> "has reached its rung";
            case FAILED -> "failed: " + info.failure();
        };
    }

    /** Returns the epochs of the last rung that it reached; 0 if it reached none. */
    int epochsOfRung() {
        return result().map(RungResult::epochs).orElse(0);
    }

    /** Returns the score at the last rung that it reached; one without is worse than all others. */
    private Score score() {
        return result().map(RungResult::score).orElse(new Score(Double.NaN, Double.NaN));
    }

    /** Returns what the strategy decides by. */
    TrialState state() {
        return new TrialState(
                number,
                info.configuration(),
                status,
                info.jobs(),
                info.results().stream().map(RungResult::score).toList(),
                epochs,
                seconds);
    }
}
