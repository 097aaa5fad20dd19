package dev.voxgrad.bench;

import org.openjdk.jmh.annotations.Param;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Op;
import dev.voxgrad.engine.op.batchnorm.BatchNormOp;

/** Batch norm of the nets' activations, by the batch's statistics and by the running ones. */
public class BatchNormBenchmark extends OpBenchmark {
    /** Channels and edge of the volume. */
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

    /** Normalising is a product and a sum; in training, before it, the mean is a sum, the variance three operations. */
    @Override
    double forwardFlop() {
        return (training ? 6.0 : 2.0) * volumes(volume).elements();
    }

    /** dβ is a sum, dγ three operations; dx is a product, in training two and two sums. */
    @Override
    double backwardFlop() {
        return (training ? 8.0 : 5.0) * volumes(volume).elements();
    }
}
