package dev.voxgrad.medmnist.ensemble;

import java.util.Arrays;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;
import org.ejml.interfaces.linsol.LinearSolverDense;

/**
 * Finds the weights of zero or more, summing to one, with the least log-loss: a convex problem on the simplex.
 *
 * <p>It applies the barrier method with Newton's steps (Boyd and Vandenberghe, Convex Optimization, 11.3): for a
 * decreasing sequence of μ, it descends on
 *
 * <pre>φ(w) = f(w) − μ Σ over k of log w[k]     with Σ over k of w[k] = 1</pre>
 *
 * from equal weights, in the variables u of {@code w[k]·(1 + u[k])}, in which the steps' equations stay well scaled:
 *
 * <pre>(W ∇²f W + μI) u + ν w = μ1 − W ∇f,     wᵀu = 0,     W = diag w</pre>
 *
 * <p>It stops by a bound that holds for any w, no matter how it was found (Jaggi, Revisiting Frank-Wolfe, ICML 2013):
 *
 * <pre>f(w) − min f  ≤  gap(w) = ∇fᵀw − min over k of ∇f[k]</pre>
 *
 * <p>If many weights reach the least log-loss, as with identical models, the barrier leads to the middle of them:
 * identical models get the same weight.
 *
 * @param weights (K), summing to one
 * @param loss f(w), in nats
 * @param gap bound on the difference between the loss and the minimum, in nats
 * @param steps number of steps of Newton's method
 */
record Stacking(double[] weights, double loss, double gap, int steps) {
    /** The gap to reach: in nats, or, for a loss above 1, as a share of the loss. */
    static final double TOLERANCE = 1e-9;
    /** The maximum number of steps; usually fewer than 100 are required. */
    private static final int MOST_STEPS = 500;

    private static final double BARRIER_FACTOR = 0.1;
    /** Thresholds, tried in order: at the end, weights below the threshold are set to zero. */
    private static final double[] NEGLIGIBLE = {1e-6, 1e-7, 1e-8, 1e-9, 1e-10};

    private static final double SUFFICIENT_DECREASE = 1e-4;
    private static final double SMALLEST_STEP = 1e-12;

    /** Fits the weights; the result's gap shows if double precision did not suffice for the tolerance. */
    static Stacking fit(LogLoss loss) {
        int models = loss.models();
        double[] weights = new double[models];
        Arrays.fill(weights, 1.0 / models);
        LogLoss.Derivatives at = loss.derivatives(weights);
        double gap = gap(weights, at.gradient());
        double barrier = gap / models * BARRIER_FACTOR;
        int steps = 0;
        while (gap > tolerance(at.value()) && steps < MOST_STEPS) {
            double[] direction = direction(weights, at, barrier);
            double decrease = decrease(weights, at.gradient(), barrier, direction);
            double[] next = weights;
            if (decrease > barrier * BARRIER_FACTOR) {
                next = descend(loss, weights, barrier, direction, decrease);
                next = next == weights ? approachBestModel(loss, weights, at) : next;
            }
            // The center for this μ is reached, up to rounding: continue with a smaller μ.
            barrier *= next == weights ? BARRIER_FACTOR : 1;
            steps++;
            if (next != weights) {
                weights = next;
                at = loss.derivatives(weights);
                gap = gap(weights, at.gradient());
            }
        }
        return rounded(loss, new Stacking(weights, at.value(), gap, steps));
    }

    static double tolerance(double loss) {
        return TOLERANCE * Math.max(1, loss);
    }

    private static double gap(double[] weights, double[] gradient) {
        double least = Arrays.stream(gradient).min().orElseThrow();
        double gap = 0;
        for (int k = 0; k < weights.length; k++) {
            gap += weights[k] * (gradient[k] - least);
        }
        return gap;
    }

    /** Returns u, (K). */
    private static double[] direction(double[] weights, LogLoss.Derivatives at, double barrier) {
        int models = weights.length;
        DMatrixRMaj matrix = new DMatrixRMaj(models, models);
        DMatrixRMaj right = new DMatrixRMaj(models, 2);
        double trace = 0;
        for (int k = 0; k < models; k++) {
            for (int j = 0; j < models; j++) {
                matrix.set(k, j, weights[k] * at.hessian().get(k, j) * weights[j]);
            }
            trace += matrix.get(k, k);
            right.set(k, 0, barrier - weights[k] * at.gradient()[k]);
            right.set(k, 1, weights[k]);
        }
        for (int k = 0; k < models; k++) {
            // In addition to μ, what rounding may have taken from the least eigenvalue.
            matrix.add(k, k, barrier + trace * 1e-14);
        }
        LinearSolverDense<DMatrixRMaj> cholesky = LinearSolverFactory_DDRM.chol(models);
        DMatrixRMaj solution = new DMatrixRMaj(models, 2);
        if (!cholesky.setA(matrix)) {
            return new double[models];
        }
        cholesky.solve(right, solution);
        double free = 0;
        double held = 0;
        for (int k = 0; k < models; k++) {
            free += weights[k] * solution.get(k, 0);
            held += weights[k] * solution.get(k, 1);
        }
        double[] direction = new double[models];
        for (int k = 0; k < models; k++) {
            direction[k] = solution.get(k, 0) - solution.get(k, 1) * free / held;
        }
        return direction;
    }

    /** Returns the slope of φ along the direction: twice the gain of a whole step. */
    private static double decrease(double[] weights, double[] gradient, double barrier, double[] direction) {
        double decrease = 0;
        for (int k = 0; k < weights.length; k++) {
            decrease += direction[k] * (barrier - weights[k] * gradient[k]);
        }
        return decrease;
    }

    /** Returns the weights after a step that lowers φ sufficiently; the same array if there is none. */
    private static double[] descend(
            LogLoss loss, double[] weights, double barrier, double[] direction, double decrease) {
        double before = loss.value(weights);
        for (double step = 1; step > SMALLEST_STEP; step /= 2) {
            double[] next = new double[weights.length];
            double growth = 0;
            for (int k = 0; k < next.length; k++) {
                next[k] = weights[k] * (1 + step * direction[k]);
                growth += Math.log(1 + step * direction[k]); // NaN outside the simplex, which no comparison accepts
            }
            double change = loss.value(next) - before - barrier * growth;
            if (change <= -SUFFICIENT_DECREASE * step * decrease) {
                return normalized(next);
            }
        }
        return weights;
    }

    /**
     * Returns the weights after a step of Frank and Wolfe, towards the model with the least slope; the same array if
     * the step does not lower f. It is used if logits are so large that f bends within the rounding of the weights, so
     * that Newton's step has no effect.
     */
    private static double[] approachBestModel(LogLoss loss, double[] weights, LogLoss.Derivatives at) {
        int best = 0;
        for (int k = 1; k < weights.length; k++) {
            best = at.gradient()[k] < at.gradient()[best] ? k : best;
        }
        for (double step = 0.5; step > SMALLEST_STEP; step /= 2) {
            double[] next = new double[weights.length];
            for (int k = 0; k < next.length; k++) {
                next[k] = (1 - step) * weights[k] + (k == best ? step : 0);
            }
            if (loss.value(next) < at.value() - tolerance(at.value())) {
                return normalized(next);
            }
        }
        return weights;
    }

    private static double[] normalized(double[] weights) {
        double sum = Arrays.stream(weights).sum();
        return Arrays.stream(weights).map(weight -> weight / sum).toArray();
    }

    /** Sets the weights to zero that only the barrier keeps above it, as far as the tolerance allows. */
    private static Stacking rounded(LogLoss loss, Stacking fit) {
        for (double negligible : NEGLIGIBLE) {
            double[] weights = normalized(Arrays.stream(fit.weights)
                    .map(weight -> weight < negligible ? 0 : weight)
                    .toArray());
            LogLoss.Derivatives at = loss.derivatives(weights);
            double gap = gap(weights, at.gradient());
            if (gap <= Math.max(fit.gap, tolerance(at.value()))) {
                return new Stacking(weights, at.value(), gap, fit.steps);
            }
        }
        return fit;
    }
}
