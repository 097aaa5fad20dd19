package dev.voxgrad.bench;

import org.openjdk.jmh.annotations.Param;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Op;
import dev.voxgrad.engine.op.linear.LinearOp;

/** Measures fully connected layers: those of the nets and a large one. */
public class LinearBenchmark extends OpBenchmark {
    /** The input and output features. */
    @Param({"64-64", "128-128", "256-256", "256-11", "2048-2048"})
    public String features;

    @Override
    Op op() {
        return new LinearOp();
    }

    @Override
    Tensor[] inputs() {
        int[] sizes = numbers(features);
        return new Tensor[] {parameter(batch, sizes[0]), parameter(sizes[1], sizes[0]), parameter(sizes[1])};
    }

    @Override
    double forwardFlop() {
        int[] sizes = numbers(features);
        return batch * sizes[1] * (2.0 * sizes[0] + 1);
    }

    @Override
    double backwardFlop() {
        int[] sizes = numbers(features);
        return batch * sizes[1] * (4.0 * sizes[0] + 1);
    }
}
