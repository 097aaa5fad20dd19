package dev.voxgrad.medmnist.train;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.data.Batch;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.train.settings.TrainSettings;
import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.NamedTensor;
import dev.voxgrad.nn.optim.Optimizer;
import dev.voxgrad.nn.optim.WeightAverage;

/**
 * Runs the training steps of one net, one {@link TrainingStep} for each size of batch.
 *
 * <p>On the host's devices a step is done when {@link #run} returns. A GPU works while the host continues: the outcome
 * of a step is reported one step later, or by {@link #finish}.
 */
public final class MemberSteps implements AutoCloseable {
    private final TrainingStep.Model model;
    private final Listener listener;
    private final Map<Integer, TrainingStep> bySize = new HashMap<>();
    private final Deque<TrainingStep.Started> outstanding = new ArrayDeque<>();

    /** Receives each step, in order, when its loss is known. */
    public interface Listener {
        void stepDone(int epoch, int step, int samples, double loss);
    }

    /**
     * Prepares steps as a run's settings define them.
     *
     * @param average of the net's weights; null if there is none
     */
    public MemberSteps(
            Layer net,
            @Nullable WeightAverage average,
            TrainSettings settings,
            VolumeData data,
            Device device,
            Listener listener) {
        Map<String, Tensor> parameters = net.parameters();
        float @Nullable [] classWeights = settings.options().classWeights().forLoss();
        this.model = new TrainingStep.Model(
                device,
                net,
                parameters,
                new Optimizer(settings.optimizer().rule(settings.learningRate(), settings.weightDecay()), parameters),
                average,
                data.task() == Task.MULTI_LABEL
                        ? (logits, _, targets) -> logits.bceWithLogits(targets)
                        : (logits, labels, _) -> logits.crossEntropy(classWeights, labels),
                settings.options().clipNorm(),
                data.classes());
        this.listener = listener;
    }

    Optimizer optimizer() {
        return model.optimizer();
    }

    /**
     * Runs a step, or starts it on a GPU.
     *
     * @throws DivergedException if its loss or a gradient, or those of an earlier step, are NaN or infinite
     */
    public void run(Batch batch, int epoch, int step, double learningRate) {
        TrainingStep training = bySize.computeIfAbsent(batch.size(), _ -> new TrainingStep(model, batch));
        outstanding.add(training.start(batch, epoch, step, learningRate));
        while (outstanding.size() >= training.slots()) {
            settle(outstanding.remove());
        }
    }

    /**
     * Takes a step and shows what happens in it to a watcher. Its outcome is not reported to the listener.
     *
     * @return the loss before the update
     * @throws DivergedException if the loss or a gradient is NaN or infinite
     * @throws UnsupportedOperationException on a GPU, which replays a step as a whole
     */
    public double watch(Batch batch, double learningRate, StepWatcher watcher) {
        finish();
        TrainingStep training = bySize.computeIfAbsent(batch.size(), _ -> new TrainingStep(model, batch));
        if (!training.isEager()) {
            throw new UnsupportedOperationException(
                    "device " + model.device().name() + " replays a step as a whole, so it cannot be watched");
        }
        return training.watch(batch, learningRate, watcher);
    }

    /**
     * Waits until all steps are done and reported.
     *
     * @throws DivergedException if the loss or a gradient of one of them is NaN or infinite
     */
    public void finish() {
        while (!outstanding.isEmpty()) {
            settle(outstanding.remove());
        }
    }

    private void settle(TrainingStep.Started step) {
        double loss;
        try {
            loss = step.loss();
        } catch (DivergedException e) {
            outstanding.clear(); // these steps continued from diverged weights
            throw e;
        }
        listener.stepDone(step.epoch(), step.number(), step.samples(), loss);
    }

    /** Names the first of a net's weights and running statistics that is NaN or infinite, for a message. */
    static Optional<String> firstNotFinite(Layer net) {
        for (NamedTensor tensor : net.stateDict().values()) {
            if (tensor instanceof NamedTensor.Floats floats) {
                for (float value : floats.values()) {
                    if (!Float.isFinite(value)) {
                        return Optional.of(tensor.name() + " contains " + value);
                    }
                }
            }
        }
        return Optional.empty();
    }

    @Override
    public void close() {
        bySize.values().forEach(TrainingStep::close);
    }
}
