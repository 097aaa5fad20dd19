package dev.voxgrad.bench;

import org.openjdk.jmh.annotations.Param;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Op;
import dev.voxgrad.engine.op.activation.LeakyReluOp;
import dev.voxgrad.engine.op.activation.ReluOp;

/** Measures ReLU and leaky ReLU on the nets' activations. */
public class ActivationBenchmark extends OpBenchmark {
    /** The channels and the edge of the volume. */
    @Param({"32-28", "64-14", "128-7", "256-3"})
    public String volume;

    @Param({"relu", "leakyRelu"})
    public String function;

    @Override
    Op op() {
        return switch (function) {
            case "relu" -> new ReluOp();
            case "leakyRelu" -> new LeakyReluOp(0.01);
            default ->
                throw new IllegalArgumentException("function: '" + function + "' is unknown; choose relu or leakyRelu");
        };
    }

    @Override
    Tensor[] inputs() {
        return new Tensor[] {activation(volumes(volume))};
    }

    /** Counts a comparison and, for leaky ReLU, a product. */
    @Override
    double forwardFlop() {
        return (function.equals("relu") ? 1.0 : 2.0) * volumes(volume).elements();
    }

    @Override
    double backwardFlop() {
        return forwardFlop();
    }
}
