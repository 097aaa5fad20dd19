package dev.voxgrad.medmnist.baseline.selection;

import dev.voxgrad.medmnist.baseline.model.Targets;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.metrics.Metrics;

/** Says which of two predictions of the same volumes is better: the one with the smaller loss. */
public enum Criterion {
    /**
     * The mean of −ln p(true class) over volumes, or over volumes and labels, in nats. A probability counts as at least
     * 1e-15, so that one wrong answer without any doubt costs 35 nats, not all.
     */
    LOG_LOSS {
        @Override
        public double loss(Targets targets, double[][] probabilities) {
            double sum = 0;
            for (int c = 0; c < targets.columns().length; c++) {
                int[] labels = targets.columns()[c];
                for (int i = 0; i < labels.length; i++) {
                    double[] row = probabilities[i];
                    double p = !targets.isMultiLabel() ? row[labels[i]] : labels[i] == 1 ? row[c] : 1 - row[c];
                    sum -= StrictMath.log(Math.clamp(p, LEAST, 1));
                }
            }
            return sum / targets.columns().length / targets.size();
        }
    },
    /** The share of wrong answers; of all answers of all labels, if there are several. */
    ACCURACY {
        @Override
        public double loss(Targets targets, double[][] probabilities) {
            return 1
                    - (targets.isMultiLabel()
                            ? Metrics.accuracy(targets.rows(), probabilities)
                            : Metrics.accuracy(Task.MULTI_CLASS, targets.columns()[0], probabilities));
        }
    };

    private static final double LEAST = 1e-15;

    /** Returns the loss of probabilities, (N, K). */
    public abstract double loss(Targets targets, double[][] probabilities);
}
