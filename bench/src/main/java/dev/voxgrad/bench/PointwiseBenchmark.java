package dev.voxgrad.bench;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.autograd.Op;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CpuPeak;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;

/**
 * Measures the 1×1×1 convolutions of ResNet-50, each pass by itself. On the CPU, the column {@code peaks} has each
 * pass's speed as a fraction of the machine's arithmetic peak, which is measured first.
 */
@SuppressWarnings("NullAway.Init") // prepare() sets the fields.
public class PointwiseBenchmark extends OpBenchmark {
    /** The input channels, output channels, edge of the input and stride; the last two are shortcuts. */
    @Param({
        "64-256-28-1",
        "256-64-28-1",
        "128-512-14-1",
        "512-128-14-1",
        "256-1024-7-1",
        "1024-256-7-1",
        "512-2048-4-1",
        "2048-512-4-1",
        "256-512-28-2",
        "1024-2048-7-2"
    })
    public String layer;

    private int in;
    private int out;
    private int edge;
    private int stride;
    private double peak;
    private Context inputOnly;
    private Context weightOnly;

    /** Counts work in seconds of a machine at its peak, which JMH divides by the time. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Share {
        public double peaks;

        /** Resets the counter before each iteration. */
        @Setup(Level.Iteration)
        public void reset() {
            peaks = 0;
        }
    }

    @Override
    void prepare() {
        int[] sizes = numbers(layer);
        in = sizes[0];
        out = sizes[1];
        edge = sizes[2];
        stride = sizes[3];
        peak = device() instanceof CpuDevice cpu ? CpuPeak.measure(cpu).flop() : Double.POSITIVE_INFINITY;
        super.prepare();
        inputOnly = runForward(true, false);
        weightOnly = runForward(false, true);
    }

    @Override
    Op op() {
        return new Conv3dOp(Dims3.cube(stride), Dims3.ZERO, Dims3.ONE, 1);
    }

    @Override
    Tensor[] inputs() {
        return new Tensor[] {activation(Shape.of(batch, in, edge, edge, edge)), parameter(out, in, 1, 1, 1)};
    }

    @Override
    double forwardFlop() {
        int outputEdge = (edge - 1) / stride + 1;
        return 2.0 * in * out * batch * outputEdge * outputEdge * outputEdge;
    }

    @Override
    double backwardFlop() {
        return 2 * forwardFlop();
    }

    /** Returns the bytes of input, output and weight, once each, or of their gradients instead. */
    private double bytes() {
        double voxels = (double) batch * edge * edge * edge;
        return bytes(upstream()) + bytesEach(upstream()) * voxels * in + 4.0 * in * out;
    }

    private void count(Work work, Share share) {
        work.add(forwardFlop(), bytes());
        share.peaks += forwardFlop() / peak;
    }

    /** Computes x, weight → y. */
    @Benchmark
    public Tensor output(Work work, Share share) {
        count(work, share);
        try (var _ = dev.voxgrad.engine.Scope.withoutGradients()) {
            return queued(Tensor.apply(op(), inputOnly.saved(0), inputOnly.saved(1)));
        }
    }

    /** Computes dy, weight → dx. */
    @Benchmark
    public Tensor[] gradInput(Work work, Share share) {
        count(work, share);
        return backward(inputOnly);
    }

    /** Computes x, dy → dweight. */
    @Benchmark
    public Tensor[] gradWeight(Work work, Share share) {
        count(work, share);
        return backward(weightOnly);
    }
}
