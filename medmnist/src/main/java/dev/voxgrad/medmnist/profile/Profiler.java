package dev.voxgrad.medmnist.profile;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CpuPeak;
import dev.voxgrad.engine.random.RandomPurpose;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.engine.trace.Recorder;
import dev.voxgrad.engine.trace.Trace;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.train.settings.TrainSettings;
import dev.voxgrad.nn.Initialization;
import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.optim.AdamW;
import dev.voxgrad.nn.optim.Optimizer;

/** Runs a net on random volumes, records the operations of the device, and measures the machine's peak performance. */
public final class Profiler {
    /** Minimum number of warm-up steps, so that memory is pooled. */
    private static final int WARM_UP_STEPS = 10;
    /** Minimum duration of the warm-up, so that the JIT compiler has finished. */
    private static final double WARM_UP_SECONDS = 6;
    /** Number of warm-up steps that suffices if they take {@link #LONG_WARM_UP_SECONDS}. */
    private static final int FEWEST_WARM_UP_STEPS = 3;

    private static final double LONG_WARM_UP_SECONDS = 20;

    /**
     * Describes what to run.
     *
     * @param batch number of volumes at a time
     * @param volume shape of a volume
     * @param train whether to run training steps; otherwise predictions
     * @param steps number of steps to record
     */
    public record Settings(NetSpec net, int batch, VolumeShape volume, int classes, boolean train, int steps) {}

    private final CpuDevice device;
    private final Settings settings;
    private final Layer net;
    private final Optimizer optimizer;
    private final float[] volumes;
    private final int[] labels;

    /** Builds the net, with random weights, volumes and labels. */
    public Profiler(CpuDevice device, Settings settings) {
        this.device = device;
        this.settings = settings;
        this.net = settings.net.build(device, settings.volume, settings.classes);
        Initialization.apply(net, TrainSettings.SEED);
        net.training(settings.train);
        this.optimizer =
                new Optimizer(new AdamW(TrainSettings.LEARNING_RATE, TrainSettings.WEIGHT_DECAY), net.parameters());
        this.volumes = new float[shape().elements()];
        RandomStream random = new RandomStream(TrainSettings.SEED, 0, 0, RandomPurpose.ANY);
        for (int i = 0; i < volumes.length; i++) {
            volumes[i] = random.nextFloat();
        }
        this.labels = new int[settings.batch];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = random.nextInt(settings.classes);
        }
    }

    private Shape shape() {
        VolumeShape volume = settings.volume;
        return Shape.of(settings.batch, volume.channels(), volume.x(), volume.y(), volume.z());
    }

    /** Warms up, measures the machine, and records the steps; reports its current activity to {@code progress}. */
    public Profile run(Consumer<String> progress) {
        long begin = System.nanoTime();
        for (int i = 0; !isWarm(i, (System.nanoTime() - begin) / 1e9); i++) {
            progress.accept("warming up, " + i + " steps done");
            step();
        }
        progress.accept("measuring the machine");
        CpuPeak peak = CpuPeak.measure(device);
        Recorder recorder = new Recorder();
        List<Profile.Step> steps = new ArrayList<>();
        device.traceTo(recorder);
        try {
            for (int i = 1; i <= settings.steps; i++) {
                progress.accept("step " + i + "/" + settings.steps);
                long start = System.nanoTime();
                step();
                long nanos = System.nanoTime() - start;
                steps.add(new Profile.Step(
                        start, nanos, recorder.takeEvents(), recorder.takeWorkerEvents(), recorder.takeLoopEvents()));
            }
        } finally {
            device.traceTo(null);
        }
        return new Profile(settings, device.description(), device.threads(), peak, List.copyOf(steps));
    }

    private static boolean isWarm(int steps, double seconds) {
        return steps >= WARM_UP_STEPS && seconds >= WARM_UP_SECONDS
                || steps >= FEWEST_WARM_UP_STEPS && seconds >= LONG_WARM_UP_SECONDS;
    }

    private void step() {
        if (settings.train) {
            trainingStep();
        } else {
            try (var _ = Scope.withoutGradients()) {
                net.forward(Tensor.ofChannelsLast(device, shape(), volumes)).toArray();
            }
        }
    }

    private void trainingStep() {
        try (var _ = Scope.open()) {
            Tensor logits = net.forward(Tensor.ofChannelsLast(device, shape(), volumes));
            Tensor loss;
            try (var _ = Trace.layer(device, "loss")) {
                loss = logits.crossEntropy(labels);
            }
            optimizer.step(loss.backward());
            loss.item();
        }
    }
}
