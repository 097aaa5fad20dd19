package dev.voxgrad.bench;

import org.openjdk.jmh.annotations.Param;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Op;
import dev.voxgrad.engine.op.pool3d.AdaptiveAvgPool3dOp;

/** The mean over all voxels, with which the nets' convolutions end. */
public class AdaptiveAvgPool3dBenchmark extends OpBenchmark {
    /** Channels and edge of the volume: Net1, Net2, Net3. */
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

    /** Backward needs nothing but the upstream gradient. */
    @Override
    double backwardBytes(double inputBytes, double outputBytes) {
        return outputBytes + inputBytes;
    }

    /** A sum per voxel, and a division per channel. */
    @Override
    double forwardFlop() {
        return volumes(volume).elements() + backwardFlop();
    }

    /** A division per channel. */
    @Override
    double backwardFlop() {
        return (double) batch * volumes(volume).dim(1);
    }
}
