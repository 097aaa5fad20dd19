package dev.voxgrad.engine.cpu;

/** The logarithm of a sum of exponentials, for softmax and its losses. */
public final class LogSumExp {
    private LogSumExp() {}

    /**
     * log Σ exp(x[i]) over the {@code count} numbers from {@code from} on, in double. The largest is taken out of the
     * sum first, so that nothing overflows; NaN stays NaN.
     */
    public static double of(float[] x, int from, int count) {
        double largest = x[from];
        for (int i = from + 1; i < from + count; i++) {
            largest = Math.max(largest, x[i]);
        }
        double sum = 0;
        for (int i = from; i < from + count; i++) {
            sum += Math.exp(x[i] - largest);
        }
        return largest + Math.log(sum);
    }
}
