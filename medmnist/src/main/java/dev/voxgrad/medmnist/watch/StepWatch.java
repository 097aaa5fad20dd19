package dev.voxgrad.medmnist.watch;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CpuPeak;
import dev.voxgrad.engine.trace.Recorder;
import dev.voxgrad.medmnist.data.Batch;
import dev.voxgrad.medmnist.data.BatchLoader;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.train.MemberSteps;
import dev.voxgrad.medmnist.train.Trainer;
import dev.voxgrad.medmnist.train.settings.TrainSettings;
import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.weights.WeightsFile;

/**
 * Takes the first step that member 0 of a run would take, and keeps everything that passes through it. The step is the
 * trainer's own: {@link MemberSteps#watch} runs it. It is taken several times, each time with a new net of the same
 * initial weights, so that all have the same values: first to let the compiler finish, then for the times, and once for
 * the values.
 */
public final class StepWatch {
    private final NetSpec spec;
    private final TrainSettings run;
    private final VolumeData data;
    private final CpuDevice device;
    private final Timing timing;
    private final long seed;
    private final double rate;

    /**
     * Says how to measure times.
     *
     * @param warmUpSteps number of steps that are taken first, at least
     * @param warmUpSeconds for which they are repeated, at least
     * @param repeats number of steps of whose times the median is taken, at least 1
     * @param peak whether to measure what the machine can do, which takes two seconds
     */
    public record Timing(int warmUpSteps, double warmUpSeconds, int repeats, boolean peak) {}

    /** Holds a new net, and the steps that train it. */
    private final class Member implements AutoCloseable {
        private final Layer net = spec.build(device, data.shape(), data.classes());
        private final MemberSteps steps;
        private double lastLoss = Double.NaN;

        Member() {
            if (run.initWeights() == null) {
                run.start().initialize(net, seed);
            } else {
                WeightsFile.load(net, Path.of(run.initWeights()));
            }
            net.train();
            steps = new MemberSteps(net, null, run, data, device, (epoch, step, samples, loss) -> lastLoss = loss);
        }

        Map<String, Tensor> tensors() {
            Map<String, Tensor> tensors = new LinkedHashMap<>(net.parameters());
            tensors.putAll(net.buffers());
            return tensors;
        }

        /** Takes one more step and returns the loss before it. */
        double step(Batch batch) {
            steps.run(batch, 1, 1, rate);
            steps.finish();
            return lastLoss;
        }

        @Override
        public void close() {
            steps.close();
        }
    }

    /**
     * Prepares to watch.
     *
     * @param run the settings of the run whose first step is taken
     * @param data its training split supplies the batch
     */
    public StepWatch(NetSpec spec, TrainSettings run, VolumeData data, CpuDevice device, Timing timing) {
        this.spec = spec;
        this.run = run;
        this.data = data;
        this.device = device;
        this.timing = timing;
        this.seed = Trainer.seedOf(run.seed(), 0);
        this.rate = run.options().rates(run.learningRate(), run.epochs()).at(0);
    }

    /**
     * Takes the step.
     *
     * @param progress receives what is being done
     * @param sources address that paths of source files are appended to; null for no links
     * @throws dev.voxgrad.medmnist.train.DivergedException if the loss or a gradient is NaN or infinite
     */
    public StepData run(Consumer<String> progress, @Nullable String sources) {
        BatchLoader.Settings batches = BatchLoader.Settings.training(data, run.batchSize(), seed)
                .withShuffle(run.shuffle())
                .withTransform(run.augmentation().keyed(seed));
        try (BatchLoader loader = new BatchLoader(data.train(), batches)) {
            Iterator<Batch> first = loader.epoch(0).iterator();
            return run(first.next(), progress, sources);
        }
    }

    private StepData run(Batch batch, Consumer<String> progress, @Nullable String sources) {
        progress.accept("warming up");
        warmUp(batch);
        CpuPeak peak = null;
        if (timing.peak) {
            progress.accept("measuring the machine");
            peak = CpuPeak.measure(device);
        }
        progress.accept("taking the step");
        Recorder recorder = new Recorder();
        device.traceTo(recorder);
        try (Member member = new Member()) {
            List<StepRecorder> timed = new ArrayList<>();
            List<Long> nanos = new ArrayList<>();
            for (int i = 0; i < timing.repeats; i++) {
                timed.add(time(batch, recorder, nanos));
            }
            Map<String, Tensor> tensors = member.tensors();
            StepRecorder watched = new StepRecorder(recorder, tensors, true);
            double loss = member.steps.watch(batch, rate, watched);
            watched.end();
            Map<String, float[]> after = new LinkedHashMap<>();
            for (String name : watched.parameterGradients().keySet()) {
                after.put(name, Objects.requireNonNull(tensors.get(name), name).toArray());
            }
            double lossAfter = member.step(batch);
            KernelTimes times = KernelTimes.of(timed);
            StepData.Head head = new StepData.Head(
                    spec.name(),
                    data.name(),
                    data.synthetic(),
                    batch.size() + (batch.size() == 1 ? " volume " : " volumes ") + data.shape(),
                    device.description(),
                    run.optimizer().title(),
                    run.seed(),
                    loss,
                    lossAfter,
                    KernelTimes.median(nanos) / 1e6,
                    peak == null ? 0 : peak.flop() / 1e9,
                    peak == null ? 0 : peak.memoryBytes() / 1e9,
                    timing.repeats,
                    member.net.parameters().values().stream()
                            .mapToLong(parameter -> parameter.shape().elements())
                            .sum(),
                    sources);
            return new FrameWriter(head, watched, times, after, run, data, batch, rate).write();
        } finally {
            device.traceTo(null);
        }
    }

    private void warmUp(Batch batch) {
        long end = System.nanoTime() + (long) (timing.warmUpSeconds * 1e9);
        try (Member member = new Member()) {
            for (int i = 0; i < timing.warmUpSteps || System.nanoTime() < end; i++) {
                member.step(batch);
            }
        }
    }

    private StepRecorder time(Batch batch, Recorder recorder, List<Long> nanos) {
        try (Member member = new Member()) {
            StepRecorder times = new StepRecorder(recorder, member.tensors(), false);
            long start = System.nanoTime();
            member.steps.watch(batch, rate, times);
            nanos.add(System.nanoTime() - start);
            times.end();
            return times;
        }
    }
}
