package dev.voxgrad.engine.op.crossentropy;

import dev.voxgrad.engine.Layout;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.ShapeException;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.autograd.Op;

/**
 * Cross-entropy of class labels under the softmax of logits, mean over the samples.
 *
 * <pre>
 * x (N,K), labels t (N) with 0 ≤ t &lt; K → scalar
 *
 * loss    = 1/N · Σ over n of (log Σ over k of exp x[n,k]) − x[n,t[n]]
 * dx[n,k] = dloss/N · (softmax(x[n])[k] − (1 if k = t[n] else 0))
 * </pre>
 *
 * <p>The largest logit of a sample is subtracted before exp, so that nothing overflows.
 *
 * @param labels one class per sample; not copied, and not to be changed before the backward pass
 */
public record CrossEntropyOp(int[] labels) implements Op {
    @Override
    public String name() {
        return "crossEntropy";
    }

    @Override
    public Shape outputShape(Shape... inputs) {
        Shape logits = inputs[0];
        ShapeException.requireRank(name(), "logits", logits, 2, "(N,K)");
        if (logits.dim(0) != labels.length) {
            throw ShapeException.of(name(), "logits have " + logits.dim(0) + " samples (dim 0) but there are "
                    + labels.length + " labels", "logits", logits);
        }
        for (int n = 0; n < labels.length; n++) {
            if (labels[n] < 0 || labels[n] >= logits.dim(1)) {
                throw ShapeException.of(name(), "label " + labels[n] + " of sample " + n + ", expected 0 to "
                        + (logits.dim(1) - 1) + " for " + logits.dim(1) + " classes (dim 1)", "logits", logits);
            }
        }
        return Shape.of();
    }

    @Override
    public Tensor forward(Context context, Tensor... inputs) {
        Tensor loss = Tensor.empty(inputs[0].device(), context.outputShape(), Layout.ROW_MAJOR);
        CrossEntropyKernels.on(loss.device()).forward(inputs[0], labels, loss);
        context.save(inputs[0]);
        return loss;
    }

    @Override
    public Tensor[] backward(Context context, Tensor gradOutput) {
        Tensor gradLogits = context.saved(0).emptyLike();
        CrossEntropyKernels.on(gradOutput.device()).backward(context.saved(0), labels, gradOutput, gradLogits);
        return new Tensor[] {gradLogits};
    }
}
