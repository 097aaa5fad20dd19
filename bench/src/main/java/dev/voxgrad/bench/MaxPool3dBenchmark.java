package dev.voxgrad.bench;

import org.openjdk.jmh.annotations.Param;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Op;
import dev.voxgrad.engine.op.pool3d.MaxPool3dOp;

/** Measures the nets' max pooling: adjacent windows of 2×2×2. */
public class MaxPool3dBenchmark extends OpBenchmark {
    /** The channels and the edge of the input volume. */
    @Param({"32-28", "64-14", "128-7", "256-3"})
    public String volume;

    @Override
    Op op() {
        return new MaxPool3dOp(Dims3.cube(2), Dims3.cube(2), Dims3.ZERO);
    }

    @Override
    Tensor[] inputs() {
        return new Tensor[] {activation(volumes(volume))};
    }

    /** Counts seven comparisons per output. */
    @Override
    double forwardFlop() {
        return 7.0 * op().outputShape(volumes(volume)).elements();
    }

    /** Counts the same again, because backward searches for the maximum again. */
    @Override
    double backwardFlop() {
        return forwardFlop();
    }
}
