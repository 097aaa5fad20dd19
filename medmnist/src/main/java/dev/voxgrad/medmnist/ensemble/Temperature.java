package dev.voxgrad.medmnist.ensemble;

/**
 * Temperature scaling (Guo et al., On Calibration of Modern Neural Networks, ICML 2017): the logits are divided by the
 * one number T above zero with the least validation log-loss. The order of the classes stays, and so does the accuracy.
 *
 * <p>The log-loss is convex in β = 1/T, so its slope changes sign once, and the place is found by doubling and then
 * halving until no double lies between. There is none where all volumes are told right (the log-loss falls for ever
 * as T does) or where the logits are no better than none at all (as T grows); T then stays 1.
 *
 * @param value T
 * @param state whether there is a best T
 */
public record Temperature(double value, State state) {
    /** Logits as they are, nothing fitted. */
    public static final Temperature OFF = new Temperature(1, State.OFF);

    /** Why the temperature is what it is. */
    public enum State {
        OFF("not fitted"),
        FITTED("fitted"),
        SEPARATED("stays 1: every validation volume is told right, so no T is best"),
        NO_BETTER_THAN_CHANCE("stays 1: on validation the logits are no better than equal ones");

        private final String meaning;

        State(String meaning) {
            this.meaning = meaning;
        }

        /** For the terminal. */
        public String meaning() {
            return meaning;
        }
    }

    /** Fits T to the log-loss of one model, or of one ensemble. */
    static Temperature fit(LogLoss loss) {
        if (loss.models() != 1) {
            throw new IllegalArgumentException("temperature: is of one model, have " + loss.models());
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

    /** The derivative of the log-loss with respect to β. */
    private static double slope(LogLoss loss, double inverse) {
        return loss.derivatives(new double[] {inverse}).gradient()[0];
    }
}
