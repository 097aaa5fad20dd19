package dev.voxgrad.medmnist.baseline.model;

/** Computes with vectors of double precision. */
final class Vectors {
    private Vectors() {}

    /** Returns the scalar product, added up in four parts, which a processor computes at the same time. */
    static double dot(double[] a, double[] b) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        int i = 0;
        for (; i <= a.length - 4; i += 4) {
            s0 += a[i] * b[i];
            s1 += a[i + 1] * b[i + 1];
            s2 += a[i + 2] * b[i + 2];
            s3 += a[i + 3] * b[i + 3];
        }
        for (; i < a.length; i++) {
            s0 += a[i] * b[i];
        }
        return s0 + s1 + (s2 + s3);
    }

    /** Adds {@code factor·values} to {@code sums}. */
    static void addTo(double[] sums, double factor, double[] values) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += factor * values[i];
        }
    }

    /** Replaces logits by softmax probabilities; for one logit, by the probabilities 1 − p and p of its sigmoid. */
    static double[] probabilities(double[] logits) {
        if (logits.length == 1) {
            double p = sigmoid(logits[0]);
            return new double[] {sigmoid(-logits[0]), p};
        }
        double largest = Double.NEGATIVE_INFINITY;
        for (double logit : logits) {
            largest = Math.max(largest, logit);
        }
        double[] probabilities = new double[logits.length];
        double sum = 0;
        for (int k = 0; k < logits.length; k++) {
            probabilities[k] = StrictMath.exp(logits[k] - largest);
            sum += probabilities[k];
        }
        for (int k = 0; k < logits.length; k++) {
            probabilities[k] /= sum;
        }
        return probabilities;
    }

    /** Returns 1/(1 + e^−x), accurate for large x of either sign. */
    static double sigmoid(double x) {
        if (x >= 0) {
            return 1 / (1 + StrictMath.exp(-x));
        }
        double e = StrictMath.exp(x);
        return e / (1 + e);
    }

    /**
     * Returns −ln p of a class, from logits; one logit is that of class 1 of two.
     */
    static double logLoss(double[] logits, int label) {
        if (logits.length == 1) {
            double margin = label == 1 ? logits[0] : -logits[0];
            return margin > 0
                    ? StrictMath.log1p(StrictMath.exp(-margin))
                    : StrictMath.log1p(StrictMath.exp(margin)) - margin;
        }
        double largest = Double.NEGATIVE_INFINITY;
        for (double logit : logits) {
            largest = Math.max(largest, logit);
        }
        double sum = 0;
        for (double logit : logits) {
            sum += StrictMath.exp(logit - largest);
        }
        return largest + StrictMath.log(sum) - logits[label];
    }
}
