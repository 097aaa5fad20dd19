package dev.voxgrad.engine.op.crossentropy;

import dev.voxgrad.engine.Layout;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.ShapeException;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.autograd.Op;

/**
 * Computes the binary cross-entropy of independent labels under the sigmoid of logits, averaged over all samples and
 * labels.
 *
 * <pre>
 * x (N,L), targets t (N,L) with 0 ≤ t ≤ 1 → scalar
 *
 * loss  = 1/(N·L) · Σ −t·log σ(x) − (1 − t)·log(1 − σ(x)),   σ(x) = 1/(1 + exp(−x))
 *       = 1/(N·L) · Σ max(x, 0) − x·t + log(1 + exp(−|x|))   which never overflows
 * dx    = dloss/(N·L) · (σ(x) − t)
 * </pre>
 *
 * <p>An infinite logit gives the limit of the loss: 0 if the target agrees with it, else ∞. (In the first case PyTorch
 * gives NaN, from ∞·0.)
 *
 * @param targets row-major, sample by sample. The array is not copied: do not change it before the backward pass
 */
public record BceWithLogitsOp(float[] targets) implements Op {
    @Override
    public String name() {
        return "bceWithLogits";
    }

    @Override
    public Shape outputShape(Shape... inputs) {
        Shape logits = inputs[0];
        ShapeException.requireRank(name(), "logits", logits, 2, "(N,L)");
        if (logits.elements() != targets.length) {
            throw ShapeException.of(
                    name(),
                    "logits have " + logits.elements() + " elements but there are " + targets.length + " targets",
                    "logits",
                    logits);
        }
        for (int i = 0; i < targets.length; i++) {
            if (!(targets[i] >= 0 && targets[i] <= 1)) {
                throw ShapeException.of(
                        name(),
                        "target " + targets[i] + " of sample " + i / logits.dim(1) + ", label " + i % logits.dim(1)
                                + ", expected 0 to 1",
                        "logits",
                        logits);
            }
        }
        return Shape.of();
    }

    /** Returns the loss of one logit. */
    static double loss(double x, double target) {
        if (Double.isInfinite(x)) {
            return target == (x > 0 ? 1 : 0) ? 0 : Double.POSITIVE_INFINITY;
        }
        return Math.max(x, 0) - x * target + Math.log1p(Math.exp(-Math.abs(x)));
    }

    @Override
    public Tensor forward(Context context, Tensor... inputs) {
        Tensor loss = Tensor.empty(inputs[0].device(), context.outputShape(), Layout.ROW_MAJOR);
        BceWithLogitsKernels.on(loss.device()).forward(inputs[0], targets, loss);
        context.save(inputs[0]);
        return loss;
    }

    @Override
    public Tensor[] backward(Context context, Tensor gradOutput) {
        Tensor gradLogits = context.saved(0).emptyLike();
        BceWithLogitsKernels.on(gradOutput.device()).backward(context.saved(0), targets, gradOutput, gradLogits);
        return new Tensor[] {gradLogits};
    }
}
