package dev.voxgrad.engine.op.crossentropy;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Layout;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.ShapeException;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.autograd.Op;

/**
 * Computes the cross-entropy of class labels under the softmax of logits, averaged over the samples. With class weights
 * it is the weighted mean, as in PyTorch's {@code CrossEntropyLoss(weight=…)}.
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
 * limits of loss and gradient that {@link dev.voxgrad.engine.device.cpu.LogSumExp} describes, and NaN if there is no
 * limit.
 *
 * @param labels one class per sample. The array is not copied: do not change it before the backward pass
 * @param classWeights one weight per class, at least 0, not copied either; null if there are none. Weights are
 *     relative: doubling all of them gives the same loss
 */
public record CrossEntropyOp(int[] labels, float @Nullable [] classWeights) implements Op {
    /** Creates an operation that computes the plain mean. */
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
            requireWeights(logits, classWeights);
        }
        return Shape.of();
    }

    private void requireWeights(Shape logits, float[] classWeights) {
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
                        + ", expected at least 0 and finite");
            }
        }
        if (sumOfWeights(labels, classWeights) == 0) {
            throw new IllegalArgumentException(name() + ": all classes of the " + labels.length
                    + " samples have weight 0, so there is no weighted mean; expected a weight above 0");
        }
    }

    private static double sumOfWeights(int[] labels, float[] classWeights) {
        double sum = 0;
        for (int label : labels) {
            sum += classWeights[label];
        }
        return sum;
    }

    /** Returns the weight of each sample, s (N), which add up to 1; null for the plain mean. */
    static float @Nullable [] sampleWeights(int[] labels, float @Nullable [] classWeights) {

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
