package dev.voxgrad.bench;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.autograd.Op;
import dev.voxgrad.engine.device.ConvolutionMode;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;

/**
 * Measures the nets' 3×3×3 convolutions, each pass by itself.
 *
 * <p>FLOP are counted as in direct convolution without borders, 2·27·in·out per voxel and pass, whatever the algorithm,
 * so a fast algorithm may exceed the machine's arithmetic peak.
 */
@SuppressWarnings("NullAway.Init") // prepare() sets the fields.
public class Conv3dBenchmark extends OpBenchmark {
    /** The input channels, output channels and edge of the volume, in the nets' order: Net1 has the first four. */
    @Param({"1-32-28", "32-32-28", "32-64-14", "64-64-14", "64-128-7", "128-128-7", "128-256-3", "256-256-3"})
    public String layer;

    /** The algorithm: {@code direct}, {@code winograd} or, as in training and always on a GPU, {@code auto}. */
    @Param({"direct", "winograd"})
    public String convolution;

    private int in;
    private int out;
    private int edge;
    /** The bytes of each value of an activation. */
    private int each;

    private Context inputOnly;
    private Context weightOnly;
    private Context biasOnly;

    @Override
    ConvolutionMode convolution() {
        return ConvolutionMode.byFlag(convolution);
    }

    @Override
    void prepare() {
        int[] sizes = numbers(layer);
        in = sizes[0];
        out = sizes[1];
        edge = sizes[2];
        super.prepare();
        each = bytesEach(upstream());
        inputOnly = runForward(true, false, false);
        weightOnly = runForward(false, true, false);
        biasOnly = runForward(false, false, true);
    }

    @Override
    Op op() {
        return Conv3dOp.padded(1);
    }

    @Override
    Tensor[] inputs() {
        Shape shape = Shape.of(batch, in, edge, edge, edge);
        return new Tensor[] {activation(shape), parameter(out, in, 3, 3, 3), parameter(out)};
    }

    @Override
    double forwardFlop() {
        return 2.0 * 27 * in * out * voxels();
    }

    @Override
    double backwardFlop() {
        return 2 * forwardFlop() + (double) out * voxels();
    }

    private int voxels() {
        return batch * edge * edge * edge;
    }

    /** Counts the bytes of the input or its gradient, of the output's gradient, and of the weight or its gradient. */
    private double gradientBytes() {
        return (double) each * (in + out) * voxels() + 4.0 * 27 * in * out;
    }

    /** Computes dy, weight → dx. */
    @Benchmark
    public Tensor[] gradInput(Work work) {
        work.add(forwardFlop(), gradientBytes());
        return backward(inputOnly);
    }

    /** Computes x, dy → dweight. */
    @Benchmark
    public Tensor[] gradWeight(Work work) {
        work.add(forwardFlop(), gradientBytes());
        return backward(weightOnly);
    }

    /** Computes dy → dbias. */
    @Benchmark
    public Tensor[] gradBias(Work work) {
        work.add((double) out * voxels(), (double) each * out * voxels() + 4.0 * out);
        return backward(biasOnly);
    }
}
