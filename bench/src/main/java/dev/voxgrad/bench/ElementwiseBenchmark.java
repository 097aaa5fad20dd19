package dev.voxgrad.bench;

import org.openjdk.jmh.annotations.Param;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Op;
import dev.voxgrad.engine.op.elementwise.AddOp;
import dev.voxgrad.engine.op.elementwise.MulOp;

/** Measures sum and product of two tensors. The sum's backward passes on the upstream gradient without a copy. */
public class ElementwiseBenchmark extends OpBenchmark {
    /** The channels and the edge of the volume. */
    @Param({"32-28", "64-14", "128-7", "256-3"})
    public String volume;

    @Param({"add", "mul"})
    public String function;

    @Override
    Op op() {
        return switch (function) {
            case "add" -> new AddOp();
            case "mul" -> new MulOp();
            default -> throw new IllegalArgumentException("function: '" + function + "' is unknown; choose add or mul");
        };
    }

    @Override
    Tensor[] inputs() {
        return new Tensor[] {activation(volumes(volume)), activation(volumes(volume))};
    }

    @Override
    double forwardFlop() {
        return volumes(volume).elements();
    }

    /** Counts nothing for the sum, which moves no data. */
    @Override
    double backwardBytes(double inputBytes, double outputBytes) {
        return function.equals("add") ? 0 : super.backwardBytes(inputBytes, outputBytes);
    }

    @Override
    double backwardFlop() {
        return function.equals("add") ? 0 : 2 * forwardFlop();
    }
}
