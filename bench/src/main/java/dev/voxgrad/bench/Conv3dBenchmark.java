package dev.voxgrad.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Layout;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CpuStorage;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;
import dev.voxgrad.engine.random.RandomStream;

/**
 * Convolutions of the nets, 32 volumes at a time, on all cores: calls and GFLOP per second.
 *
 * <p>GFLOP are counted as direct convolution needs them, 2·27·in·out per voxel, whatever the algorithm: a fast
 * algorithm may exceed the machine's arithmetic peak. The backward benchmarks include the forward call that builds the
 * graph.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-XX:+UseParallelGC", "-Xmx4g"})
public class Conv3dBenchmark {
    private static final int BATCH = 32;

    /** Input channels, output channels and edge of the volume. */
    @Param({"1-32-28", "32-32-28", "32-64-14", "64-64-14", "64-128-7", "128-128-7", "128-256-3", "256-256-3"})
    public String layer;

    private CpuDevice device;
    private Tensor input;
    private Tensor weight;
    private Tensor bias;
    private Tensor upstream;
    private double passFlop;

    /** Work done, which JMH divides by the time. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Work {
        public double gflop;

        /** Each iteration counts afresh. */
        @Setup(Level.Iteration)
        public void reset() {
            gflop = 0;
        }
    }

    /** Fills input, weights and upstream gradient with random numbers. */
    @Setup
    public void open() {
        String[] sizes = layer.split("-");
        int inputs = Integer.parseInt(sizes[0]);
        int outputs = Integer.parseInt(sizes[1]);
        int edge = Integer.parseInt(sizes[2]);
        device = CpuDevice.allCores();
        input = random(Shape.of(BATCH, inputs, edge, edge, edge), 1).inLayout(Layout.CHANNELS_LAST);
        weight = random(Shape.of(outputs, inputs, 3, 3, 3), 2);
        bias = random(Shape.of(outputs), 3);
        upstream = random(Shape.of(BATCH, outputs, edge, edge, edge), 4).inLayout(Layout.CHANNELS_LAST);
        passFlop = 2.0 * BATCH * edge * edge * edge * 27 * inputs * outputs / 1e9;
    }

    private Tensor random(Shape shape, int sample) {
        RandomStream stream = new RandomStream(1, 0, sample, 0);
        float[] values = new float[shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = stream.nextFloat() - 0.5f;
        }
        return Tensor.of(device, shape, values);
    }

    @TearDown
    public void close() {
        device.close();
    }

    /** The forward pass alone. */
    @Benchmark
    public float forward(Work work) {
        try (var _ = dev.voxgrad.engine.Scope.withoutGradients()) {
            work.gflop += passFlop;
            return first(input.conv3d(weight, bias, Conv3dOp.padded(1)));
        }
    }

    /** Forward and the gradient of the input. */
    @Benchmark
    public float forwardAndGradInput(Work work) {
        work.gflop += 2 * passFlop;
        return backward(input.detach().requiresGrad(true), weight.detach());
    }

    /** Forward and the gradient of the weight. */
    @Benchmark
    public float forwardAndGradWeight(Work work) {
        work.gflop += 2 * passFlop;
        return backward(input, weight.detach().requiresGrad(true));
    }

    private float backward(Tensor x, Tensor w) {
        try (var _ = dev.voxgrad.engine.Scope.open()) {
            Gradients gradients = x.conv3d(w, bias, Conv3dOp.padded(1)).backward(upstream);
            return first(gradients.leaves().iterator().next());
        }
    }

    /** A number that depends on the result, so that the work can't be optimised away. */
    private static float first(Tensor tensor) {
        return CpuStorage.array(tensor)[0];
    }
}
