package dev.voxgrad.engine.op.crossentropy;

import dev.voxgrad.engine.Layout;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.ShapeException;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.autograd.Op;

/**
 * Cross-entropy of class labels under the softmax of logits, mean over the samples; with class weights the weighted
 * mean, as PyTorch's {@code CrossEntropyLoss(weight=…)}.
 *
 * <pre>
 * x (N,K), labels t (N) with 0 ≤ t &lt; K, class weights w (K) → scalar
 *
 * s[n]    = w[t[n]] / Σ over m of w[t[m]]      without class weights: 1/N
 * loss    = Σ over n of s[n] · ((log Σ over k of exp x[n,k]) − x[n,t[n]])
 * dx[n,k] = dloss · s[n] · (softmax(x[n])[k] − (1 if k = t[n] else 0))
 * </pre>
 *
 * <p>The largest logit of a sample is subtracted before exp, so that nothing overflows. An infinite logit gives the
 * limit of loss and gradient, as {@link dev.voxgrad.engine.device.cpu.LogSumExp} has it, and NaN where there is none.
 *
 * @param labels one class per sample; not copied, and not to be changed before the backward pass
 * @param classWeights one weight of at least 0 per class, not copied either; null for none. They are relative: twice
 *     the weights give the same loss
 */
public record CrossEntropyOp(int[] labels, float[] classWeights) implements Op {
    /** The plain mean. */
    public CrossEntropyOp(int[] labels) {
        this(labels, null);
    }

    @Override
    public String name() {
        return "crossEntropy";
    }

    @Override
    public Shape outputShape(Shape... inputs) {
        Shape logits = inputs[0];
        ShapeException.requireRank(name(), "logits", logits, 2, "(N,K)");
        if (logits.dim(0) != labels.length) {
            throw ShapeException.of(
                    name(),
                    "logits have " + logits.dim(0) + " samples (dim 0) but there are " + labels.length + " labels",
                    "logits",
                    logits);
        }
        for (int n = 0; n < labels.length; n++) {
            if (labels[n] < 0 || labels[n] >= logits.dim(1)) {
                throw ShapeException.of(
                        name(),
                        "label " + labels[n] + " of sample " + n + ", expected 0 to " + (logits.dim(1) - 1) + " for "
                                + logits.dim(1) + " classes (dim 1)",
                        "logits",
                        logits);
            }
        }
        if (classWeights != null) {
            requireWeights(logits);
        }
        return Shape.of();
    }

    private void requireWeights(Shape logits) {
        if (classWeights.length != logits.dim(1)) {
            throw ShapeException.of(
                    name(),
                    "logits have " + logits.dim(1) + " classes (dim 1) but there are " + classWeights.length
                            + " class weights",
                    "logits",
                    logits);
        }
        for (int k = 0; k < classWeights.length; k++) {
            if (!(classWeights[k] >= 0 && classWeights[k] < Float.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(name() + ": the weight of class " + k + " is " + classWeights[k]
                        + ", expected a number of at least 0");
            }
        }
        if (sumOfWeights(labels, classWeights) == 0) {
            throw new IllegalArgumentException(name() + ": the weights of all classes that the " + labels.length
                    + " samples have are 0, so they have no weighted mean; expected one above 0");
        }
    }

    private static double sumOfWeights(int[] labels, float[] classWeights) {
        double sum = 0;
        for (int label : labels) {
            sum += classWeights[label];
        }
        return sum;
    }

    /** What each sample counts for, s (N), which adds up to 1; null for the plain mean. */
    static float[] sampleWeights(int[] labels, float[] classWeights) {
        if (classWeights == null) {
            return null;
        }
        double sum = sumOfWeights(labels, classWeights);
        float[] weights = new float[labels.length];
        for (int n = 0; n < labels.length; n++) {
            weights[n] = (float) (classWeights[labels[n]] / sum);
        }
        return weights;
    }

    @Override
    public Tensor forward(Context context, Tensor... inputs) {
        Tensor loss = Tensor.empty(inputs[0].device(), context.outputShape(), Layout.ROW_MAJOR);
        CrossEntropyKernels.on(loss.device()).forward(inputs[0], labels, classWeights, loss);
        context.save(inputs[0]);
        return loss;
    }

    @Override
    public Tensor[] backward(Context context, Tensor gradOutput) {
        Tensor gradLogits = context.saved(0).emptyLike();
        CrossEntropyKernels.on(gradOutput.device())
                .backward(context.saved(0), labels, classWeights, gradOutput, gradLogits);
        return new Tensor[] {gradLogits};
    }
}
