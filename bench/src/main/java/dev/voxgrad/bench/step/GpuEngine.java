package dev.voxgrad.bench.step;

import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.Availability;
import dev.voxgrad.engine.device.ConvolutionMode;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Devices;
import dev.voxgrad.engine.device.cuda.CapturedStep;
import dev.voxgrad.nn.Initialization;
import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.optim.AdamW;
import dev.voxgrad.nn.optim.Optimizer;

/**
 * Runs Voxgrad on a GPU: the training step, including AdamW's update, and inference are captured and replayed as CUDA
 * graphs. The first call runs its work eagerly and the second captures it, so warm up with three or more.
 */
public final class GpuEngine implements StepEngine {
    private final CudaDevice device;
    private final Layer net;
    private final Optimizer optimizer;
    private final RandomBatch batch;
    private final Shape shape;
    /** The volumes in GPU memory; null if each step uploads them. */
    private final @Nullable Tensor resident;

    private final CapturedStep training;
    private final CapturedStep inference;

    /** Lists where a step finds its volumes. Labels and the optimizer's few scalars are uploaded in each step. */
    public enum Volumes {
        /** In GPU memory already: steps are measured without PCI Express transfers, as for other engines. */
        RESIDENT,
        /** In an array of the host, which is copied to the GPU in each step, as in the trainer. */
        UPLOADED
    }

    private GpuEngine(StepCase work, CudaDevice device, Volumes volumes) {
        this.device = device;
        net = work.net().build(device, work.volume(), StepCase.CLASSES);
        Initialization.apply(net, SEED);
        optimizer = new Optimizer(new AdamW(LEARNING_RATE, work.weightDecay()), net.parameters());
        batch = RandomBatch.of(work);
        shape = work.shape();
        resident = volumes == Volumes.RESIDENT ? uploaded() : null;
        training = device.repeat(this::train);
        inference = device.repeatWithoutGradients(() -> {
            net.eval();
            return List.of(net.forward(input()));
        });
    }

    /**
     * Creates a net with random weights, and its batch.
     *
     * @throws EngineException if there is no GPU that supports these settings; the message says why
     */
    public static GpuEngine open(StepCase work, CudaDevice.Settings settings, Volumes volumes) {
        CudaDevice device = openDevice(settings);
        try {
            return new GpuEngine(work, device, volumes);
        } catch (RuntimeException e) {
            device.close();
            throw e;
        }
    }

    /**
     * Opens this machine's GPU.
     *
     * @throws EngineException if there is no GPU that supports these settings; the message says why
     */
    public static CudaDevice openDevice(CudaDevice.Settings settings) {
        return switch (Devices.find(
                "cuda", new Devices.Settings(0, ConvolutionMode.AUTO, settings.fusion(), settings))) {
            case Availability.Available available -> (CudaDevice) available.device();
            case Availability.Missing(String reason) -> throw new EngineException(reason, null);
        };
    }

    private Tensor uploaded() {
        return Tensor.ofChannelsLast(device, shape, batch.volumes());
    }

    private Tensor input() {
        return resident == null ? uploaded() : resident;
    }

    private List<Tensor> train() {
        net.train();
        Tensor loss = net.forward(input()).crossEntropy(batch.labels());
        optimizer.step(loss.backward());
        return List.of(loss);
    }

    public CudaDevice device() {
        return device;
    }

    @Override
    public String version() {
        return VoxgradEngine.implementationVersion();
    }

    /** Starts a training step; waits if two are running already. The result is the loss. */
    public CapturedStep.Results startTrainStep() {
        return training.run();
    }

    /** Starts an inference; waits if two are running already. The result is the logits. */
    public CapturedStep.Results startInference() {
        return inference.run();
    }

    /** Runs a step and waits for the GPU. */
    @Override
    public double trainStep() {
        return startTrainStep().get()[0][0];
    }

    /** Runs a step and waits for the GPU. */
    @Override
    public float[] infer() {
        return startInference().get()[0];
    }

    @Override
    public void close() {
        training.close();
        inference.close();
        device.close();
    }
}
