package dev.voxgrad.medmnist.search.space;

import java.util.List;

import dev.voxgrad.engine.random.RandomStream;

import static dev.voxgrad.medmnist.io.BadValueException.require;
import static dev.voxgrad.medmnist.io.BadValueException.requireWithin;

/** Contains the values that a dimension can have. Values are texts, as options of the command line spell them. */
public sealed interface Domain {
    /** The most values of a choice, and far more than a search can try. */
    int MOST_VALUES = 100;

    /** Returns a value from the prior: all values are equally probable, on a logarithmic scale where that is chosen. */
    String draw(RandomStream random);

    /**
     * Returns the one spelling of a value: {@code 0.001} for {@code 1e-3}.
     *
     * @throws IllegalArgumentException if the domain does not contain the value; the message continues after the name
     *     of the dimension
     */
    String canonical(String value);

    /** Returns the domain as a file of a space spells it: {@code log 1e-4 to 0.01}. */
    String toText();

    /** Returns the number of values, or {@link Long#MAX_VALUE} for an interval. */
    long size();

    /** Returns a few values that include the extreme ones; if a training accepts them, it accepts all. */
    List<String> extremes();

    /**
     * Contains names without an order, such as those of nets.
     *
     * @param values all different, at most {@value #MOST_VALUES}
     */
    record Choice(List<String> values) implements Domain {
        public Choice {
            values = List.copyOf(values);
            requireWithin("number of values", values.size(), 1, MOST_VALUES);
            for (String value : values) {
                Configuration.requireValue(value);
            }
            require(values.stream().distinct().count() == values.size(), "choice", values, "different values");
        }

        @Override
        public String draw(RandomStream random) {
            return values.get(random.nextInt(values.size()));
        }

        @Override
        public String canonical(String value) {
            require(values.contains(value), "value", value, "one of " + String.join(", ", values));
            return value;
        }

        @Override
        public String toText() {
            return "choice " + String.join(", ", values);
        }

        @Override
        public long size() {
            return values.size();
        }

        @Override
        public List<String> extremes() {
            return values;
        }
    }

    /** Contains numbers, which have positions from 0 to 1 between the least and the most. */
    sealed interface Numeric extends Domain {
        /** Returns the value at a position from 0 to 1. */
        String at(double position);

        /** Returns the position of a value of this domain. */
        double position(String value);

        @Override
        default String draw(RandomStream random) {
            return at(random.nextDouble());
        }
    }

    /**
     * Contains the numbers from {@code least} to {@code most}. Drawn values are rounded to three significant digits, so
     * that a person can read and repeat them.
     *
     * @param log whether equal ratios are equally probable, instead of equal differences
     */
    record Interval(double least, double most, boolean log) implements Numeric {
        public Interval {
            require(Double.isFinite(least) && (!log || least > 0), "least", least, log ? "above 0" : "a finite number");
            require(
                    Double.isFinite(most - least) && most > least,
                    "most",
                    most,
                    "a number above " + least + ", and a finite difference");
        }

        @Override
        public String at(double position) {
            double value = log
                    ? StrictMath.exp(StrictMath.log(least) + position * (StrictMath.log(most) - StrictMath.log(least)))
                    : least + position * (most - least);
            return Decimals.text(Math.clamp(Decimals.rounded(value), least, most));
        }

        @Override
        public double position(String value) {
            double number = Decimals.parse(value);
            return log
                    ? (StrictMath.log(number) - StrictMath.log(least)) / (StrictMath.log(most) - StrictMath.log(least))
                    : (number - least) / (most - least);
        }

        @Override
        public String canonical(String value) {
            double number = Decimals.parse(value);
            require(number >= least && number <= most, "value", value, range());
            return Decimals.text(number);
        }

        @Override
        public String toText() {
            return (log ? "log " : "uniform ") + range();
        }

        private String range() {
            return Decimals.text(least) + " to " + Decimals.text(most);
        }

        @Override
        public long size() {
            return Long.MAX_VALUE;
        }

        @Override
        public List<String> extremes() {
            return List.of(Decimals.text(least), Decimals.text(most));
        }
    }

    /** Contains the whole numbers from {@code least} to {@code most}, both included. */
    record Integers(int least, int most) implements Numeric {
        public Integers {
            require(most >= least, "most", most, "at least " + least);
            require((long) most - least < Integer.MAX_VALUE, "most", most, "less than 2^31-1 above " + least);
        }

        @Override
        public String at(double position) {
            long step = (long) Math.floor(position * size());
            return String.valueOf(least + Math.clamp(step, 0, size() - 1));
        }

        /** Returns the middle of the value's share of 0 to 1. */
        @Override
        public double position(String value) {
            return (Integer.parseInt(value) - (double) least + 0.5) / size();
        }

        @Override
        public String canonical(String value) {
            double number = Decimals.parse(value);
            require(
                    number == Math.rint(number) && number >= least && number <= most,
                    "value",
                    value,
                    "a whole number from " + least + " to " + most);
            return String.valueOf((int) number);
        }

        @Override
        public String toText() {
            return "int " + least + " to " + most;
        }

        @Override
        public long size() {
            return (long) most - least + 1;
        }

        @Override
        public List<String> extremes() {
            return least == most ? List.of(at(0)) : List.of(at(0), at(1));
        }
    }
}
