package dev.voxgrad.bench;

import org.openjdk.jmh.annotations.Param;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Op;
import dev.voxgrad.engine.op.crossentropy.CrossEntropyOp;
import dev.voxgrad.engine.op.softmax.LogSoftmaxOp;
import dev.voxgrad.engine.op.softmax.SoftmaxOp;

/** Measures operations on logits (N,K): cross-entropy, softmax and its logarithm. */
public class SoftmaxBenchmark extends OpBenchmark {
    /** K: the class counts of MedMNIST, and a large one. */
    @Param({"2", "11", "1000"})
    public int classes;

    @Param({"crossEntropy", "softmax", "logSoftmax"})
    public String function;

    @Override
    Op op() {
        return switch (function) {
            case "crossEntropy" -> new CrossEntropyOp(labels());
            case "softmax" -> new SoftmaxOp();
            case "logSoftmax" -> new LogSoftmaxOp();
            default ->
                throw new IllegalArgumentException(
                        "function: '" + function + "' is unknown; choose crossEntropy, softmax or logSoftmax");
        };
    }

    private int[] labels() {
        int[] labels = new int[batch];
        for (int i = 0; i < batch; i++) {
            labels[i] = i % classes;
        }
        return labels;
    }

    @Override
    Tensor[] inputs() {
        return new Tensor[] {parameter(batch, classes)};
    }

    /** Counts largest logit, difference, exponential, sum; then, except for cross-entropy, a division or difference. */
    @Override
    double forwardFlop() {
        return (function.equals("crossEntropy") ? 4.0 : 5.0) * batch * classes;
    }

    /** Counts four for softmax and its logarithm; cross-entropy needs its softmax, a difference and a product. */
    @Override
    double backwardFlop() {
        return (function.equals("crossEntropy") ? 7.0 : 4.0) * batch * classes;
    }
}
