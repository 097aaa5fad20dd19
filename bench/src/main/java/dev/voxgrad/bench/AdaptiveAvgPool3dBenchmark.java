package dev.voxgrad.bench;

import org.openjdk.jmh.annotations.Param;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Op;
import dev.voxgrad.engine.op.pool3d.AdaptiveAvgPool3dOp;

/** Measures the mean over all voxels, which follows the last convolution of the nets. */
public class AdaptiveAvgPool3dBenchmark extends OpBenchmark {
    /** The channels and the edge of the volume: Net1, Net2, Net3. */
    @Param({"64-7", "128-3", "256-1"})
    public String volume;

    @Override
    Op op() {
        return new AdaptiveAvgPool3dOp(Dims3.ONE);
    }

    @Override
    Tensor[] inputs() {
        return new Tensor[] {activation(volumes(volume))};
    }

    /** Counts the upstream gradient and the result, because backward needs nothing else. */
    @Override
    double backwardBytes(double inputBytes, double outputBytes) {
        return outputBytes + inputBytes;
    }

    /** Counts a sum per voxel and a division per channel. */
    @Override
    double forwardFlop() {
        return volumes(volume).elements() + backwardFlop();
    }

    /** Counts a division per channel. */
    @Override
    double backwardFlop() {
        return (double) batch * volumes(volume).dim(1);
    }
}
