package dev.voxgrad.medmnist.search.strategy;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import static dev.voxgrad.medmnist.io.BadValueException.require;
import static dev.voxgrad.medmnist.io.BadValueException.requireWithin;

/**
 * Limits the work of a search. A job is given out as long as the budget is not used up, so the work exceeds it by less
 * than one job for each worker.
 */
public sealed interface Budget {
    /** Far more than any search needs; texts come from files, too. */
    long MOST = 1_000_000_000;

    /** Returns whether even a job that was interrupted may not be resumed. */
    boolean isSpent(List<TrialState> trials);

    /** Returns whether no further job may be given out. */
    boolean isGivenOut(List<TrialState> trials, Rungs rungs);

    /** Returns the text that {@link #parse} reads as this budget, which is also the one in JSON. */
    @JsonValue
    String toText();

    /**
     * Counts epochs of any net. This is the reproducible budget: the same jobs are given out on any machine.
     *
     * @param epochs of all jobs, whether they are done or given out; those of a job that fails count, too
     */
    record Epochs(long epochs) implements Budget {
        public Epochs {
            requireWithin("budget", epochs, 1, MOST);
        }

        /** Returns false, as the epochs of a job count when it is given out. */
        @Override
        public boolean isSpent(List<TrialState> trials) {
            return false;
        }

        @Override
        public boolean isGivenOut(List<TrialState> trials, Rungs rungs) {
            return trials.stream()
                            .mapToLong(trial -> rungs.epochs().get(trial.rung()))
                            .sum()
                    >= epochs;
        }

        @Override
        public String toText() {
            return epochs + "epochs";
        }
    }

    /**
     * Counts the seconds that all processes have spent on training and validation, so that an epoch of a large net
     * counts more than one of a small net.
     */
    record Seconds(long seconds) implements Budget {
        public Seconds {
            requireWithin("budget", seconds, 1, MOST);
        }

        @Override
        public boolean isSpent(List<TrialState> trials) {
            return trials.stream().mapToDouble(TrialState::seconds).sum() >= seconds;
        }

        @Override
        public boolean isGivenOut(List<TrialState> trials, Rungs rungs) {
            return isSpent(trials);
        }

        @Override
        public String toText() {
            return seconds % 86_400 == 0
                    ? seconds / 86_400 + "d"
                    : seconds % 3600 == 0
                            ? seconds / 3600 + "h"
                            : seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
        }
    }

    /**
     * Reads a budget: {@code 60epochs}, {@code 90s}, {@code 30m}, {@code 4h},
     * {@code 2d}.
     *
     * @throws IllegalArgumentException for any other text
     */
    @JsonCreator
    static Budget parse(String text) {
        Matcher matcher = Pattern.compile("(\\d{1,9})(epochs|s|m|h|d)").matcher(text);
        require(matcher.matches(), "budget", text, "a time or a number of epochs, such as 30m, 4h or 60epochs");
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "d" -> new Seconds(86_400 * number);
            case "h" -> new Seconds(3600 * number);
            case "m" -> new Seconds(60 * number);
            case "s" -> new Seconds(number);
            default -> new Epochs(number);
        };
    }
}
