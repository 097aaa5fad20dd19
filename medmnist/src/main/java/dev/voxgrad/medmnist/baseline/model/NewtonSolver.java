package dev.voxgrad.medmnist.baseline.model;

import java.util.Arrays;

/**
 * Minimises the objective of {@link LogisticRegression} by Newton's method. Each step s solves H·s = −g by conjugate
 * gradients, which need products with the Hessian H but not H itself: for K classes it has K(F + 1) rows. The system is
 * solved the more accurately, the smaller the gradient g is, and a step is halved until it lowers the objective enough.
 * Source: Nocedal and Wright, "Numerical Optimization", 2nd edition, 2006, section 7.1.
 *
 * <p>A point consists of one array per logit: the coordinates of its weights, then its intercept.
 */
final class NewtonSolver {
    private static final double TOLERANCE = 1e-8;
    private static final int MOST_STEPS = 200;
    private static final double SUFFICIENT_DECREASE = 1e-4;
    private static final double SMALLEST_STEP = 1e-10;
    /** Values of the objective that differ less than this, relative to one of them, may be equal. */
    private static final double ROUNDING = 1e-12;

    private final Design design;
    private final int[] labels;
    private final int logits;
    private final double c;

    /** Represents a point, its logits (logits, N) and probabilities (N, K), the objective and its gradient. */
    private record State(double[][] at, double[][] probabilities, double value, double[][] gradient, double norm) {}

    /**
     * States a problem.
     *
     * @param labels class of each row, (N)
     * @param logits 1 for two classes, otherwise the number of classes
     */
    NewtonSolver(Design design, int[] labels, int logits, double c) {
        this.design = design;
        this.labels = labels;
        this.logits = logits;
        this.c = c;
    }

    /** Returns the minimum, where the norm of the gradient is at most 1e-8, or as small as rounding allows. */
    double[][] solve() {
        State state = state(new double[logits][design.size() + 1]);
        for (int step = 0; step < MOST_STEPS && state.norm() > TOLERANCE; step++) {
            State next = descend(state, direction(state));
            if (next == state) {
                break;
            }
            state = next;
        }
        return state.at();
    }

    private State state(double[][] at) {
        double[][] rows = margins(at);
        double[][] residuals = new double[logits][design.rows()];
        double[][] probabilities = new double[design.rows()][];
        double value = 0;
        for (int i = 0; i < probabilities.length; i++) {
            double[] row = new double[logits];
            for (int k = 0; k < logits; k++) {
                row[k] = rows[k][i];
            }
            value += Vectors.logLoss(row, labels[i]);
            probabilities[i] = Vectors.probabilities(row);
            for (int k = 0; k < logits; k++) {
                int column = logits == 1 ? 1 : k;
                residuals[k][i] = probabilities[i][column] - (labels[i] == column ? 1 : 0);
            }
        }
        double[][] gradient = transposed(residuals, at);
        for (double[] block : at) {
            double[] weights = weights(block);
            value += design.dot(weights, weights) / (2 * c);
        }
        return new State(at, probabilities, value, gradient, Math.sqrt(dot(gradient, gradient)));
    }

    /** Returns the logits of all rows, (logits, N). */
    private double[][] margins(double[][] point) {
        double[][] margins = new double[logits][];
        for (int k = 0; k < logits; k++) {
            margins[k] = design.margins(weights(point[k]));
            double intercept = point[k][design.size()];
            for (int i = 0; i < margins[k].length; i++) {
                margins[k][i] += intercept;
            }
        }
        return margins;
    }

    /** Returns what residuals of the logits, (logits, N), and the penalty at a point contribute to a gradient. */
    private double[][] transposed(double[][] residuals, double[][] point) {
        double[][] gradient = new double[logits][];
        for (int k = 0; k < logits; k++) {
            double[] weights = design.transposed(residuals[k]);
            Vectors.addTo(weights, 1 / c, point[k]);
            gradient[k] = Arrays.copyOf(weights, design.size() + 1);
            gradient[k][design.size()] = Arrays.stream(residuals[k]).sum();
        }
        return gradient;
    }

    /** Returns H·v at a state. */
    private double[][] hessian(State state, double[][] v) {
        double[][] rows = margins(v);
        for (int i = 0; i < design.rows(); i++) {
            double[] p = state.probabilities()[i];
            if (logits == 1) {
                rows[0][i] *= p[0] * p[1];
                continue;
            }
            double mean = 0;
            for (int k = 0; k < logits; k++) {
                mean += p[k] * rows[k][i];
            }
            for (int k = 0; k < logits; k++) {
                rows[k][i] = p[k] * (rows[k][i] - mean);
            }
        }
        return transposed(rows, v);
    }

    /** Returns a solution of H·s = −g, up to a residual that shrinks with the gradient. */
    private double[][] direction(State state) {
        double[][] s = new double[logits][design.size() + 1];
        double[][] residual = scaled(state.gradient(), -1);
        double[][] d = scaled(residual, 1);
        double square = dot(residual, residual);
        double goal = Math.min(0.1, Math.sqrt(state.norm())) * state.norm();
        int most = 20 * logits * (design.size() + 1);
        for (int iteration = 0; iteration < most && Math.sqrt(square) > goal; iteration++) {
            double[][] product = hessian(state, d);
            double curvature = dot(d, product);
            if (!(curvature > 0)) {
                break;
            }
            double length = square / curvature;
            add(s, length, d);
            add(residual, -length, product);
            double next = dot(residual, residual);
            d = scaled(d, next / square);
            add(d, 1, residual);
            square = next;
        }
        return s;
    }

    /** Returns the state after a step in this direction; the same state if none is better. */
    private State descend(State state, double[][] direction) {
        double slope = dot(state.gradient(), direction);
        for (double length = 1; length > SMALLEST_STEP; length /= 2) {
            double[][] at = scaled(state.at(), 1);
            add(at, length, direction);
            State next = state(at);
            double change = next.value() - state.value();
            boolean isEqual = Math.abs(change) <= ROUNDING * state.value();
            if (isEqual ? next.norm() < state.norm() : change <= SUFFICIENT_DECREASE * length * slope) {
                return next;
            }
        }
        return state;
    }

    private double[] weights(double[] block) {
        return Arrays.copyOf(block, design.size());
    }

    private double dot(double[][] a, double[][] b) {
        double sum = 0;
        for (int k = 0; k < logits; k++) {
            sum += design.dot(weights(a[k]), weights(b[k])) + a[k][design.size()] * b[k][design.size()];
        }
        return sum;
    }

    private static double[][] scaled(double[][] a, double factor) {
        double[][] scaled = new double[a.length][a[0].length];
        add(scaled, factor, a);
        return scaled;
    }

    private static void add(double[][] sums, double factor, double[][] values) {
        for (int k = 0; k < sums.length; k++) {
            Vectors.addTo(sums[k], factor, values[k]);
        }
    }
}
