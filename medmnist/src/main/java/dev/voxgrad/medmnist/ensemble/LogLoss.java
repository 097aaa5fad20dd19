package dev.voxgrad.medmnist.ensemble;

import java.util.List;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.Task;

/**
 * Computes the log-loss of a split as a function of the weights of K models, in nats per volume (per volume and label
 * in a multi-label task):
 *
 * <pre>
 * z[i,c] = Σ over k of  w[k]·logits[k][i,c]          p[i] = softmax(z[i])
 * f(w)   = 1/N Σ over i of  log Σ over c of exp z[i,c]  −  z[i, label i]
 * ∇f     = 1/N Σ over i,c of  (p[i,c] − [c = label i]) · logits[·][i,c]
 * ∇²f    = 1/N Σ over i,c of  p[i,c] · d dᵀ,           d = logits[·][i,c] − Σ over c' of p[i,c']·logits[·][i,c']
 * </pre>
 *
 * <p>It is convex, since log-sum-exp is convex and z is linear in w (Boyd and Vandenberghe, Convex Optimization,
 * 3.1.5). A label of a multi-label task counts as a sample of two classes with the logits 0 and z, whose softmax is the
 * sigmoid.
 */
final class LogLoss {
    private final DMatrixRMaj logits;
    private final int classes;
    private final int[] labels;

    /**
     * Holds what a step of Newton's method requires.
     *
     * @param value nats
     * @param gradient (K)
     * @param hessian (K, K), symmetric, without eigenvalues below zero
     */
    record Derivatives(double value, double[] gradient, DMatrixRMaj hessian) {}

    /**
     * @param logits (N·C, K), row i·C + c
     * @param labels the class of each sample, (N)
     */
    private LogLoss(DMatrixRMaj logits, int classes, int[] labels) {
        this.logits = logits;
        this.classes = classes;
        this.labels = labels;
    }

    /**
     * Creates the log-loss of models on a split.
     *
     * @param models finite logits of each model, (N, classes)
     */
    static LogLoss of(Task task, Split split, List<double[][]> models) {
        return task == Task.MULTI_LABEL ? ofLabels(split.multiLabels(), models) : of(split.labels(), models);
    }

    private static LogLoss of(int[] labels, List<double[][]> models) {
        int classes = models.getFirst()[0].length;
        DMatrixRMaj logits = new DMatrixRMaj(labels.length * classes, models.size());
        for (int row = 0; row < logits.numRows; row++) {
            for (int k = 0; k < logits.numCols; k++) {
                logits.set(row, k, models.get(k)[row / classes][row % classes]);
            }
        }
        return new LogLoss(logits, classes, labels);
    }

    private static LogLoss ofLabels(int[][] labels, List<double[][]> models) {
        int columns = labels[0].length;
        DMatrixRMaj logits = new DMatrixRMaj(labels.length * columns * 2, models.size());
        int[] flat = new int[labels.length * columns];
        for (int sample = 0; sample < flat.length; sample++) {
            int i = sample / columns;
            int l = sample % columns;
            flat[sample] = labels[i][l];
            for (int k = 0; k < logits.numCols; k++) {
                logits.set(2 * sample + 1, k, models.get(k)[i][l]);
            }
        }
        return new LogLoss(logits, 2, flat);
    }

    /** Returns the number of models, K. */
    int models() {
        return logits.numCols;
    }

    /** Returns f(w) for weights (K) of zero or more, which need not sum to one. */
    double value(double[] weights) {
        return softmaxAndLoss(mixture(weights), null);
    }

    /** Returns f, ∇f and ∇²f at weights (K). */
    Derivatives derivatives(double[] weights) {
        DMatrixRMaj mixture = mixture(weights);
        double[] p = new double[mixture.numRows];
        double value = softmaxAndLoss(mixture, p);
        DMatrixRMaj residuals = new DMatrixRMaj(p.length, 1);
        DMatrixRMaj deviations = new DMatrixRMaj(p.length, models());
        double[] mean = new double[models()];
        for (int i = 0; i < labels.length; i++) {
            fillResiduals(i, p, residuals);
            fillDeviations(i, p, mean, deviations);
        }
        DMatrixRMaj gradient = new DMatrixRMaj(models(), 1);
        CommonOps_DDRM.multTransA(1.0 / labels.length, logits, residuals, gradient);
        DMatrixRMaj hessian = new DMatrixRMaj(models(), models());
        CommonOps_DDRM.multInner(deviations, hessian);
        CommonOps_DDRM.scale(1.0 / labels.length, hessian);
        return new Derivatives(value, gradient.data, hessian);
    }

    /** Returns whether every sample's label has the largest logit, so that f keeps falling as the weights grow. */
    boolean isSeparated(double[] weights) {
        double[] z = mixture(weights).data;
        for (int row = 0; row < z.length; row++) {
            if (z[row] > z[row - row % classes + labels[row / classes]]) {
                return false;
            }
        }
        return true;
    }

    /** Returns z, (N·C, 1). */
    private DMatrixRMaj mixture(double[] weights) {
        DMatrixRMaj mixture = new DMatrixRMaj(logits.numRows, 1);
        CommonOps_DDRM.mult(logits, DMatrixRMaj.wrap(weights.length, 1, weights), mixture);
        return mixture;
    }

    /** Returns the mean loss, and writes p to {@code probabilities} (N·C) unless that is null. */
    private double softmaxAndLoss(DMatrixRMaj mixture, double @Nullable [] probabilities) {
        double[] z = mixture.data;
        double loss = 0;
        for (int i = 0; i < labels.length; i++) {
            int first = i * classes;
            int largest = first;
            for (int row = first; row < first + classes; row++) {
                largest = z[row] > z[largest] ? row : largest;
            }
            double others = 0;
            for (int row = first; row < first + classes; row++) {
                others += row == largest ? 0 : Math.exp(z[row] - z[largest]);
            }
            // log1p computes log(1 + others) without losing a loss far below 1e-16.
            loss += Math.log1p(others) + (z[largest] - z[first + labels[i]]);
            for (int row = first; row < first + classes && probabilities != null; row++) {
                probabilities[row] = Math.exp(z[row] - z[largest]) / (1 + others);
            }
        }
        return loss / labels.length;
    }

    /** Writes p − [c = label]; at the label, minus the sum of the others, which is accurate even if p is nearly 1. */
    private void fillResiduals(int sample, double[] p, DMatrixRMaj residuals) {
        int label = sample * classes + labels[sample];
        double others = 0;
        for (int row = sample * classes; row < (sample + 1) * classes; row++) {
            if (row != label) {
                residuals.set(row, 0, p[row]);
                others += p[row];
            }
        }
        residuals.set(label, 0, -others);
    }

    /** Writes √p·d, so that the product of the matrix with its transpose is the Hessian. */
    private void fillDeviations(int sample, double[] p, double[] mean, DMatrixRMaj deviations) {
        for (int k = 0; k < mean.length; k++) {
            mean[k] = 0;
            for (int row = sample * classes; row < (sample + 1) * classes; row++) {
                mean[k] += p[row] * logits.get(row, k);
            }
            for (int row = sample * classes; row < (sample + 1) * classes; row++) {
                deviations.set(row, k, Math.sqrt(p[row]) * (logits.get(row, k) - mean[k]));
            }
        }
    }
}
