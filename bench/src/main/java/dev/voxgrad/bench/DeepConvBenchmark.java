package dev.voxgrad.bench;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.autograd.Op;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CpuPeak;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;

/**
 * Measures the k3 convolutions of ResNet-18 at 28³, of stride 1 and of stride 2, each pass by itself.
 *
 * <p>FLOP are counted as in direct convolution without borders, whatever the algorithm. The machine's own peak, which
 * Winograd's algorithm may exceed, is printed before each layer: {@code :gflop} divided by it is the share.
 */
@SuppressWarnings("NullAway.Init") // prepare() sets the fields.
public class DeepConvBenchmark extends OpBenchmark {
    /** The input channels, output channels, edge of the volume, stride, and the kernel's size along depth. */
    @Param({
        "1-64-28-1-3",
        "64-64-28-1-3",
        "64-128-28-2-3",
        "128-128-14-1-3",
        "128-256-14-2-3",
        "256-256-7-1-3",
        "256-512-7-2-3",
        "512-512-4-1-3",
        "64-128-28-2-1",
        "128-256-14-2-1",
        "256-512-7-2-1"
    })
    public String layer;

    private int in;
    private int out;
    private int edge;
    private int stride;
    private int depth;

    private Context inputOnly;
    private Context weightOnly;

    @Override
    void prepare() {
        int[] sizes = numbers(layer);
        in = sizes[0];
        out = sizes[1];
        edge = sizes[2];
        stride = sizes[3];
        depth = sizes[4];
        super.prepare();
        inputOnly = runForward(true, false);
        weightOnly = runForward(false, true);
        if (device() instanceof CpuDevice cpu) {
            System.out.printf("peak: %.0f GFLOP/s%n", CpuPeak.measure(cpu).flop() / 1e9);
        }
    }

    @Override
    Op op() {
        return new Conv3dOp(Dims3.cube(stride), new Dims3(depth / 2, 1, 1), Dims3.ONE, 1);
    }

    @Override
    Tensor[] inputs() {
        Shape shape = Shape.of(batch, in, edge, edge, edge);
        return new Tensor[] {activation(shape), parameter(out, in, depth, 3, 3)};
    }

    @Override
    double forwardFlop() {
        int outputs = Math.ceilDiv(edge, stride);
        return 2.0 * 9 * depth * in * out * batch * outputs * outputs * outputs;
    }

    @Override
    double backwardFlop() {
        return 2 * forwardFlop();
    }

    /** Computes dy, weight → dx. */
    @Benchmark
    public Tensor[] gradInput(Work work) {
        work.add(forwardFlop(), 0);
        return backward(inputOnly);
    }

    /** Computes x, dy → dweight. */
    @Benchmark
    public Tensor[] gradWeight(Work work) {
        work.add(forwardFlop(), 0);
        return backward(weightOnly);
    }
}
