package dev.voxgrad.medmnist.lrfind;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.DoubleUnaryOperator;

/**
 * Contains the measurements of a learning-rate range test: the loss of each step while the rate grows exponentially
 * (Smith, "Cyclical learning rates for training neural networks", WACV 2017, with the exponential growth, the smoothing
 * and the early end of the finders of fastai and PyTorch Lightning).
 *
 * <pre>
 * rate(i)     = from · (to / from)^((i − 1) / (steps − 1))                  i = 1 … steps
 * average(i)  = s · average(i − 1) + (1 − s) · loss(i),   average(0) = 0,   s = max(0, 1 − 10 / steps)
 * smoothed(i) = average(i) / (1 − s^i)
 * </pre>
 *
 * <p>Loss i is measured before the step with rate i, so it shows the effect of the rates before it. The average spans
 * about a tenth of the steps: the usual s = 0.98 of other finders lags by half of a test of 100 steps, and so suggests
 * rates that are too high.
 *
 * @param steps the planned number of steps
 * @param points one per step, in order
 * @param end why the test ended
 */
public record LearningRateCurve(int steps, List<Point> points, End end) {
    /** The test ends when the smoothed loss exceeds the lowest one by this factor. */
    public static final double TOO_HIGH = 4;
    /** The test's length divided by the span of the average. */
    private static final double PARTS = 10;
    /** With fewer points than this, or than a fifth of the steps, hardly any would be left to choose from. */
    private static final int FEWEST = 20;

    private static final String CSV_HEADER = "step,learning_rate,loss,smoothed_loss\n";

    /**
     * Contains the measurements of one step.
     *
     * @param step from 1
     * @param loss of this step's batch; NaN if the loss or a gradient is NaN or infinite
     * @param smoothed exponential average of the losses up to this step
     */
    public record Point(int step, double rate, double loss, double smoothed) {}

    /** The reasons for a test's end. */
    public enum End {
        /** All steps are done. */
        COMPLETE("all steps are done"),
        /** The smoothed loss has grown too high. */
        TOO_HIGH("the smoothed loss is more than " + (int) LearningRateCurve.TOO_HIGH + " times its lowest value"),
        /** The loss or a gradient is NaN or infinite. */
        NOT_FINITE("the loss or a gradient became NaN or infinite"),
        /** The user stopped it. */
        STOPPED("it was stopped");

        private final String words;

        End(String words) {
            this.words = words;
        }

        /** Returns a clause that continues "ended after step n:". */
        public String words() {
            return words;
        }
    }

    /**
     * Defines the rates of a test.
     *
     * @param from the first one, above 0
     * @param to the last one, above the first
     * @param steps at least 2
     */
    public record Range(double from, double to, int steps) {
        public static final double FROM = 1e-7;
        public static final double TO = 1;
        public static final int STEPS = 100;
        private static final int MOST_STEPS = 1_000_000;

        public Range {
            require(from > 0 && Double.isFinite(from), "from", from, "a positive number");
            require(to > 0 && Double.isFinite(to), "to", to, "a positive number");
            require(from < to, "from", from, "less than the last rate, --to " + to);
            require(steps >= 2 && steps <= MOST_STEPS, "steps", steps, "2 to " + MOST_STEPS);
        }

        private static void require(boolean met, String name, Object found, String expected) {
            if (!met) {
                throw new IllegalArgumentException(name + " is " + found + "; expected " + expected);
            }
        }

        /**
         * Returns the rate of a step, counted from 1; uses logarithms, since the quotient of the ends may be infinite.
         */
        double rate(int step) {
            double share = (step - 1.0) / (steps - 1);
            return step == 1
                    ? from
                    : step == steps
                            ? to
                            : StrictMath.exp((1 - share) * StrictMath.log(from) + share * StrictMath.log(to));
        }
    }

    /**
     * Suggests a learning rate to start with.
     *
     * @param point where the smoothed loss falls fastest
     * @param slope its change there per decade of the rate; below 0
     */
    public record Suggestion(Point point, double slope) {
        /** Returns the rate for the command line, in two digits: such a test is not more precise. */
        public String rounded() {
            return new BigDecimal(point.rate()).round(new MathContext(2)).toString();
        }
    }

    public LearningRateCurve {
        points = List.copyOf(points);
    }

    /**
     * Runs a test.
     *
     * @param lossAt takes a step with the given rate, and returns the loss before it
     * @param stop checked before each step
     * @param listener receives each point
     */
    static LearningRateCurve measure(
            Range range, DoubleUnaryOperator lossAt, BooleanSupplier stop, Consumer<Point> listener) {
        List<Point> points = new ArrayList<>();
        double smoothing = Math.max(0, 1 - PARTS / range.steps());
        double average = 0;
        double lowest = Double.POSITIVE_INFINITY;
        for (int step = 1; step <= range.steps(); step++) {
            if (stop.getAsBoolean()) {
                return new LearningRateCurve(range.steps(), points, End.STOPPED);
            }
            double rate = range.rate(step);
            double loss = lossAt.applyAsDouble(rate);
            average = smoothing * average + (1 - smoothing) * loss;
            Point point = new Point(step, rate, loss, average / (1 - StrictMath.pow(smoothing, step)));
            points.add(point);
            listener.accept(point);
            if (!Double.isFinite(loss)) {
                return new LearningRateCurve(range.steps(), points, End.NOT_FINITE);
            }
            if (point.smoothed() > TOO_HIGH * lowest) {
                return new LearningRateCurve(range.steps(), points, End.TOO_HIGH);
            }
            lowest = Math.min(lowest, point.smoothed());
        }
        return new LearningRateCurve(range.steps(), points, End.COMPLETE);
    }

    /** Returns the point with the lowest smoothed loss; empty if there are no points. */
    public Optional<Point> lowest() {
        return points.stream()
                .filter(point -> Double.isFinite(point.smoothed()))
                .reduce((a, b) -> b.smoothed() < a.smoothed() ? b : a);
    }

    /** Returns a tenth of the steps: at the start, which does not count, averages span too few steps. */
    private int skippedFirst() {
        return Math.max(1, steps / 10);
    }

    /**
     * Returns a twentieth of the steps: at the end, which does not count, the loss is rising. A slope spans as many
     * steps on either side.
     */
    private int skippedLast() {
        return Math.max(1, steps / 20);
    }

    private int fewest() {
        return Math.max(FEWEST, steps / 5);
    }

    /**
     * Returns where the smoothed loss falls fastest before its lowest point; empty if there are too few points or it
     * does not fall. Slopes are differences over a tenth of the steps, per decade of the rate: differences from one
     * step to the next are mostly noise of the batches.
     */
    public Optional<Suggestion> suggestion() {
        if (points.size() < fewest()) {
            return Optional.empty();
        }
        int reach = skippedLast();
        int last = Math.min(points.size() - 1 - reach, lowest().map(Point::step).orElse(0) - 1);
        Suggestion steepest = null;
        for (int i = skippedFirst(); i <= last; i++) {
            Point before = points.get(i - reach);
            Point after = points.get(i + reach);
            double slope = (after.smoothed() - before.smoothed()) / Math.log10(after.rate() / before.rate());
            if (slope < 0 && (steepest == null || slope < steepest.slope())) {
                steepest = new Suggestion(points.get(i), slope);
            }
        }
        return Optional.ofNullable(steepest);
    }

    /** Explains in a sentence or two how the suggestion was found, or why there is none. */
    public String account() {
        if (points.size() < fewest()) {
            return "Too few points to suggest a rate: " + points.size() + ", but " + fewest() + " are required. "
                    + (end == End.STOPPED
                            ? "Let the test run longer."
                            : end == End.COMPLETE ? "Use more --steps." : "Use more --steps, or a smaller --from.");
        }
        return suggestion()
                .map(found -> String.format(
                        Locale.ROOT,
                        "There the smoothed loss falls fastest before its lowest value: by %.3g per decade of the "
                                + "rate, measured over %d steps. The first %d and the last %d points do not count.",
                        -found.slope(),
                        2 * skippedLast(),
                        skippedFirst(),
                        skippedLast()))
                .orElse("No rate to suggest: the smoothed loss does not fall after the first " + skippedFirst()
                        + " points. Try a larger --to, more --steps or another --seed.");
    }

    /** Returns a table with a row for each point, with all digits. */
    public String toCsv() {
        StringBuilder text = new StringBuilder(CSV_HEADER);
        for (Point point : points) {
            text.append(point.step())
                    .append(',')
                    .append(point.rate())
                    .append(',')
                    .append(point.loss())
                    .append(',')
                    .append(point.smoothed())
                    .append('\n');
        }
        return text.toString();
    }
}
