package dev.voxgrad.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.nets.VolumeNet;
import dev.voxgrad.nn.Initialization;
import dev.voxgrad.nn.optim.AdamW;
import dev.voxgrad.nn.optim.Optimizer;

/**
 * Milliseconds per training step and per inference batch: 32 random volumes of 28³, 2 classes, AdamW. A step is
 * forward, cross-entropy, backward and update, as in the PyTorch script that it is compared with.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 4)
@Measurement(iterations = 7)
@Fork(value = 1, jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-XX:+UseParallelGC", "-Xmx4g"})
public class TrainStepBenchmark {
    private static final int BATCH = 32;
    private static final int EDGE = 28;

    @Param({"net1", "net2", "net3"})
    public String net;

    /** 0 for all cores. */
    @Param("0")
    public int threads;

    private CpuDevice device;
    private VolumeNet model;
    private Optimizer optimizer;
    private final float[] volumes = new float[BATCH * EDGE * EDGE * EDGE];
    private final int[] labels = new int[BATCH];

    /** Random weights, volumes and labels. */
    @Setup
    public void open() {
        device = threads == 0 ? CpuDevice.allCores() : new CpuDevice(threads);
        model = NetSpec.byFlag(net).build(device, 1, EDGE, 2);
        Initialization.apply(model, 1);
        optimizer = new Optimizer(new AdamW(1e-3, 5e-4), model.parameters());
        RandomStream random = new RandomStream(1, 0, 0, 0);
        for (int i = 0; i < volumes.length; i++) {
            volumes[i] = random.nextFloat();
        }
        for (int i = 0; i < labels.length; i++) {
            labels[i] = random.nextInt(2);
        }
    }

    @TearDown
    public void close() {
        device.close();
    }

    private Tensor input() {
        return Tensor.ofChannelsLast(device, Shape.of(BATCH, 1, EDGE, EDGE, EDGE), volumes);
    }

    /** One training step; returns its loss. */
    @Benchmark
    public double train() {
        model.train();
        try (var _ = dev.voxgrad.engine.Scope.open()) {
            Tensor loss = model.forward(input()).crossEntropy(labels);
            optimizer.step(loss.backward());
            return loss.item();
        }
    }

    /** The logits of one batch in evaluation mode. */
    @Benchmark
    public float[] infer() {
        model.eval();
        try (var _ = dev.voxgrad.engine.Scope.withoutGradients()) {
            return model.forward(input()).toArray();
        }
    }
}
