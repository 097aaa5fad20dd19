package dev.voxgrad.bench;

import org.openjdk.jmh.annotations.Param;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Op;
import dev.voxgrad.engine.op.pool3d.MaxPool3dOp;

/** Max pooling of the nets: windows of 2×2×2, side by side. */
public class MaxPool3dBenchmark extends OpBenchmark {
    /** Channels and edge of the input volume. */
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

    /** Seven comparisons per output. */
    @Override
    double forwardFlop() {
        return 7.0 * op().outputShape(volumes(volume)).elements();
    }

    /** The maximum is looked for again. */
    @Override
    double backwardFlop() {
        return forwardFlop();
    }
}
