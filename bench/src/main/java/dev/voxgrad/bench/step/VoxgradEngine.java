package dev.voxgrad.bench.step;

import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.nn.Initialization;
import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.optim.AdamW;
import dev.voxgrad.nn.optim.Optimizer;

/** Runs Voxgrad itself on the CPU. */
final class VoxgradEngine implements StepEngine {
    private final CpuDevice device;
    private final Layer net;
    private final Optimizer optimizer;
    private final Tensor input;
    private final int[] labels;

    VoxgradEngine(StepCase work, int threads) {
        device = new CpuDevice(threads);
        net = work.net().build(device, work.volume(), StepCase.CLASSES);
        Initialization.apply(net, SEED);
        optimizer = new Optimizer(new AdamW(LEARNING_RATE, work.weightDecay()), net.parameters());
        RandomBatch batch = RandomBatch.of(work);
        input = Tensor.ofChannelsLast(device, work.shape(), batch.volumes());
        labels = batch.labels();
    }

    /** Returns the net, for tests. */
    Layer net() {
        return net;
    }

    @Override
    public String version() {
        return implementationVersion();
    }

    static String implementationVersion() {
        String version = Tensor.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    @Override
    public double trainStep() {
        net.train();
        try (var _ = Scope.open()) {
            Tensor loss = net.forward(input).crossEntropy(labels);
            optimizer.step(loss.backward());
            return loss.item();
        }
    }

    @Override
    public float[] infer() {
        net.eval();
        try (var _ = Scope.withoutGradients()) {
            return net.forward(input).toArray();
        }
    }

    @Override
    public void close() {
        device.close();
    }
}
