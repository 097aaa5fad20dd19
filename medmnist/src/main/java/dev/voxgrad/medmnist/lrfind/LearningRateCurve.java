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
 * What a learning-rate range test has measured: the loss of each step while the rate grows exponentially (Smith,
 * "Cyclical learning rates for training neural networks", WACV 2017, with the exponential growth, the smoothing and the
 * early end of the finders of fastai and PyTorch Lightning).
 *
 * <pre>
 * rate(i)     = from · (to / from)^((i − 1) / (steps − 1))                  i = 1 … steps
 * average(i)  = s · average(i − 1) + (1 − s) · loss(i),   average(0) = 0,   s = max(0, 1 − 10 / steps)
 * smoothed(i) = average(i) / (1 − s^i)
 * </pre>
 *
 * <p>Loss i is measured before the step with rate i, so it shows what the rates before it have done. The average spans
 * about a tenth of the steps: the finders' usual s = 0.98 lags by half of a test of 100 steps, and so names rates that
 * are too high.
 *
 * @param steps that were planned
 * @param points one per step, in order
 * @param end why there are no more
 */
public record LearningRateCurve(int steps, List<Point> points, End end) {
    /** The test ends once the smoothed loss is more than so many times the lowest one. */
    public static final double TOO_HIGH = 4;
    /** The average spans about one of so many parts of the test. */
    private static final double PARTS = 10;
    /** Fewer points than this, or than a fifth of the steps, make no suggestion: hardly any would be left to choose. */
    private static final int FEWEST = 20;

    private static final String CSV_HEADER = "step,learning_rate,loss,smoothed_loss\n";

    /**
     * One step.
     *
     * @param step from 1
     * @param loss of this step's batch; NaN where it is not finite, or has a gradient that is not
     * @param smoothed exponential average of the losses up to here
     */
    public record Point(int step, double rate, double loss, double smoothed) {}

    /** Why the test ended. */
    public enum End {
        /** All steps are done. */
        COMPLETE("all steps are done"),
        /** The smoothed loss has grown too high. */
        TOO_HIGH("the smoothed loss is more than " + (int) LearningRateCurve.TOO_HIGH + " times its lowest value"),
        /** The loss or a gradient is NaN or infinite. */
        NOT_FINITE("the loss or a gradient is no finite number any more"),
        /** It was asked to. */
        STOPPED("it was stopped");

        private final String words;

        End(String words) {
            this.words = words;
        }

        /** A clause that goes on from "ended after step n:". */
        public String words() {
            return words;
        }
    }

    /**
     * The rates of a test.
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

        /** The rate of a step, counted from 1. By logarithms: the quotient of the ends may be infinite. */
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
     * A rate to begin with.
     *
     * @param point where the smoothed loss falls the most
     * @param slope how it changes there, per decade of the rate; below 0
     */
    public record Suggestion(Point point, double slope) {
        /** The rate for the command line: more than two digits is more than such a test can tell. */
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
     * @param lossAt takes a step with the rate it is given, and returns the loss before it
     * @param stop asked before each step
     * @param listener given each point
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

    /** The point with the lowest smoothed loss; empty if there is none at all. */
    public Optional<Point> lowest() {
        return points.stream()
                .filter(point -> Double.isFinite(point.smoothed()))
                .reduce((a, b) -> b.smoothed() < a.smoothed() ? b : a);
    }

    /** At the start, averages are still over few steps: a tenth of the steps does not count. */
    private int skippedFirst() {
        return Math.max(1, steps / 10);
    }

    /** At the end, the loss is on its way up; slopes are over as many steps on either side: a twentieth. */
    private int skippedLast() {
        return Math.max(1, steps / 20);
    }

    private int fewest() {
        return Math.max(FEWEST, steps / 5);
    }

    /**
     * Where the smoothed loss falls the most on its way to the lowest point; empty where there are too few points, or
     * it does not fall. Slopes are differences over a tenth of the steps, by the logarithm of the rate: those from one
     * step to the next are mostly the noise of batches.
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

    /** How the suggestion was found, or why there is none: a sentence or two. */
    public String account() {
        if (points.size() < fewest()) {
            return "Too few points to suggest a rate: " + points.size() + ", and it takes " + fewest() + ". "
                    + (end == End.STOPPED
                            ? "Let the test run on."
                            : end == End.COMPLETE ? "Take more --steps." : "Take more --steps, or a smaller --from.");
        }
        return suggestion()
                .map(found -> String.format(
                        Locale.ROOT,
                        "There the smoothed loss falls the most on its way to its lowest value: by %.3g per decade of the "
                                + "rate, measured over %d steps. The first %d and the last %d points do not count.",
                        -found.slope(),
                        2 * skippedLast(),
                        skippedFirst(),
                        skippedLast()))
                .orElse("No rate to suggest: the smoothed loss does not fall after the first " + skippedFirst()
                        + " points. Try a larger --to, more --steps or another --seed.");
    }

    /** All points, a row each; numbers in full. */
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
