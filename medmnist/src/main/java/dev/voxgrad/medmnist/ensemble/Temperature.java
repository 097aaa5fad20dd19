package dev.voxgrad.medmnist.ensemble;

/**
 * Implements temperature scaling (Guo et al., On Calibration of Modern Neural Networks, ICML 2017): the logits are
 * divided by the one number T above zero with the least validation log-loss. This changes neither the order of the
 * classes nor the accuracy.
 *
 * <p>The log-loss is convex in β = 1/T, so its slope changes sign once, and this point is found by doubling and then
 * halving until there is no double in between. There is no such point if all volumes are predicted correctly (the
 * log-loss keeps falling with T) or if the logits are no better than equal ones (it falls as T grows); T then stays 1.
 *
 * @param value T
 * @param state whether there is a best T
 */
public record Temperature(double value, State state) {
    /** Leaves the logits as they are; nothing is fitted. */
    public static final Temperature OFF = new Temperature(1, State.OFF);

    /** Gives the reason for the temperature. */
    public enum State {
        OFF("not fitted"),
        FITTED("fitted"),
        SEPARATED("stays 1: every validation volume is predicted correctly, so no T is best"),
        NO_BETTER_THAN_CHANCE("stays 1: on validation, the logits are no better than equal ones");

        private final String meaning;

        State(String meaning) {
            this.meaning = meaning;
        }

        /** Returns the state in words, for the terminal. */
        public String meaning() {
            return meaning;
        }
    }

    /** Fits T to the log-loss of one model, or of one ensemble. */
    static Temperature fit(LogLoss loss) {
        if (loss.models() != 1) {
            throw new IllegalArgumentException("temperature: expected one model, was " + loss.models());
        }
        if (slope(loss, 0) >= 0) {
            return new Temperature(1, State.NO_BETTER_THAN_CHANCE);
        }
        if (loss.isSeparated(new double[] {1})) {
            return new Temperature(1, State.SEPARATED);
        }
        double low = 1;
        while (slope(loss, low) > 0) {
            low /= 2;
        }
        double high = low;
        while (slope(loss, high) < 0) {
            high *= 2;
        }
        double middle = (low + high) / 2;
        while (low < middle && middle < high) {
            if (slope(loss, middle) < 0) {
                low = middle;
            } else {
                high = middle;
            }
            middle = (low + high) / 2;
        }
        return new Temperature(1 / high, State.FITTED);
    }

    /** Returns the derivative of the log-loss with respect to β. */
    private static double slope(LogLoss loss, double inverse) {
        return loss.derivatives(new double[] {inverse}).gradient()[0];
    }
}
