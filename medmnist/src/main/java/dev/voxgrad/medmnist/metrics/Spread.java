package dev.voxgrad.medmnist.metrics;

/**
 * Computes mean and standard deviation of a figure over members.
 *
 * @param mean NaN without values
 * @param deviation sample standard deviation, {@code √(Σ (x − mean)² / (n − 1))}; NaN for fewer than two values
 */
public record Spread(double mean, double deviation) {
    /** Returns mean and deviation of n values. */
    public static Spread of(double... values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        double mean = sum / values.length;
        double squares = 0;
        for (double value : values) {
            squares += (value - mean) * (value - mean);
        }
        return new Spread(mean, values.length < 2 ? Double.NaN : Math.sqrt(squares / (values.length - 1)));
    }
}
