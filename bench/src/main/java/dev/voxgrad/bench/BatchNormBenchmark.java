package dev.voxgrad.bench;

import org.openjdk.jmh.annotations.Param;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Op;
import dev.voxgrad.engine.op.batchnorm.BatchNormOp;

/** Measures batch norm on the nets' activations, with the batch's statistics and with the running ones. */
public class BatchNormBenchmark extends OpBenchmark {
    /** The channels and the edge of the volume. */
    @Param({"32-28", "64-14", "128-7", "256-3"})
    public String volume;

    @Param({"true", "false"})
    public boolean training;

    @Override
    Op op() {
        return new BatchNormOp(training, 0.1, 1e-5);
    }

    @Override
    Tensor[] inputs() {
        Shape shape = volumes(volume);
        int channels = shape.dim(1);
        return new Tensor[] {
            activation(shape),
            parameter(channels),
            parameter(channels),
            parameter(channels),
            Tensor.full(device(), Shape.of(channels), 1)
        };
    }

    /** Counts a product and a sum to normalise; in training also a sum for the mean, and three for the variance. */
    @Override
    double forwardFlop() {
        return (training ? 6.0 : 2.0) * volumes(volume).elements();
    }

    /** Counts a sum for dβ, three operations for dγ, and a product for dx; in training, two products and two sums. */
    @Override
    double backwardFlop() {
        return (training ? 8.0 : 5.0) * volumes(volume).elements();
    }
}
