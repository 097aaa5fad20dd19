package dev.voxgrad.engine.device.cpu;

/**
 * Computes the logarithm of a sum of exponentials, for softmax and its losses.
 *
 * <p>Infinite values count as limits: −∞ adds nothing, and a single +∞ outweighs all others. If there is no limit, as
 * with two values of +∞ or with nothing but −∞, the result is NaN.
 */
public final class LogSumExp {
    private LogSumExp() {}

    /**
     * Returns log Σ exp(x[i]) over the {@code count} values from {@code from} on, in double. The largest is factored
     * out of the sum first, so that nothing overflows; NaN stays NaN.
     */
    public static double of(float[] x, int from, int count) {
        double largest = x[from];
        int times = 0;
        for (int i = from; i < from + count; i++) {
            largest = Math.max(largest, x[i]);
            times += x[i] == Float.POSITIVE_INFINITY ? 1 : 0;
        }
        if (Double.isInfinite(largest)) {
            return times == 1 ? largest : Double.NaN;
        }
        double sum = 0;
        for (int i = from; i < from + count; i++) {
            sum += Math.exp(x[i] - largest);
        }
        return largest + Math.log(sum);
    }

    /** Returns the same for values in double. */
    public static double of(double[] x, int from, int count) {
        double largest = x[from];
        int times = 0;
        for (int i = from; i < from + count; i++) {
            largest = Math.max(largest, x[i]);
            times += x[i] == Double.POSITIVE_INFINITY ? 1 : 0;
        }
        if (Double.isInfinite(largest)) {
            return times == 1 ? largest : Double.NaN;
        }
        double sum = 0;
        for (int i = from; i < from + count; i++) {
            sum += Math.exp(x[i] - largest);
        }
        return largest + Math.log(sum);
    }

    /** Returns the log softmax of one of the values, x − logSumExp: 0 for a single +∞. */
    public static double difference(double x, double logSumExp) {
        return x == logSumExp ? 0 : x - logSumExp;
    }
}
