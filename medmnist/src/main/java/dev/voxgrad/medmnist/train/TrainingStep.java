package dev.voxgrad.medmnist.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.RepeatedStep;
import dev.voxgrad.engine.optim.GradientMath;
import dev.voxgrad.engine.trace.Trace;
import dev.voxgrad.medmnist.data.Batch;
import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.optim.Optimizer;
import dev.voxgrad.nn.optim.WeightAverage;

/**
 * Trains a net with one batch of a certain size: forward, loss, backward, norms, clipping, update, average.
 *
 * <p>The step is written once, in {@link #body}; {@link Device#repeat} decides how it runs. On the host's devices the
 * body runs at each call and can look at its values. A GPU captures the body and replays it while the host continues,
 * so the values of a step are known only when its update is done and the next step has started.
 */
final class TrainingStep implements AutoCloseable {
    private final Model model;
    /** The arrays that the body reads. They are filled in place, since a captured step keeps their addresses. */
    private final float[] inputs;

    private final int[] labels;
    private final float[] targets;
    private final Shape shape;
    private final RepeatedStep step;
    /** The names of the parameters with a gradient, in the order of the norms. */
    private List<String> gradientNames = List.of();
    /** The step that is being taken, for messages: its epoch, and its number in that, both from 1. */
    private int epoch;

    private int number;
    private double learningRate;
    private StepWatcher watcher = StepWatcher.NONE;

    /**
     * What the steps of all sizes share.
     *
     * @param parameters of the net by name
     * @param average of the net's weights; null if there is none
     * @param clipNorm the largest L2 norm over all gradients; 0 for no limit
     * @param classes scores per volume
     */
    record Model(
            Device device,
            Layer net,
            Map<String, Tensor> parameters,
            Optimizer optimizer,
            @Nullable WeightAverage average,
            Loss loss,
            double clipNorm,
            int classes) {}

    /** Computes the loss of a batch's scores (N, classes) from labels (N) or, for a multi-label task, targets. */
    @FunctionalInterface
    interface Loss {
        Tensor of(Tensor logits, int[] labels, float[] targets);
    }

    /** A step that was started; on a GPU its results may still be in transit. */
    record Started(TrainingStep step, int epoch, int number, int samples, RepeatedStep.Results results) {
        /**
         * Waits for the step's end and returns the loss before its update.
         *
         * @throws DivergedException if the loss or a gradient is NaN or infinite
         */
        double loss() {
            double loss = results.values(0)[0];
            step.requireFinite(loss, results.values(1), epoch, number);
            return loss;
        }
    }

    /** Prepares a step for batches of this batch's size. */
    TrainingStep(Model model, Batch like) {
        int size = like.size();
        this.model = model;
        this.inputs = new float[size * like.shape().elements()];
        this.labels = new int[like.labels().length == 0 ? 0 : size];
        this.targets = new float[like.targets().length == 0 ? 0 : size * model.classes()];
        this.shape = BatchTensors.shape(size, like.shape());
        this.step = model.device().repeat(this::body);
    }

    /**
     * Takes the step, or starts it on a GPU.
     *
     * @throws DivergedException if the loss or a gradient is NaN or infinite and the device knows at once
     */
    Started start(Batch batch, int ofEpoch, int ofNumber, double rate) {
        fill(batch, ofEpoch, ofNumber, rate);
        model.optimizer().setLearningRate(rate); // a replay does not pass the body
        return new Started(this, epoch, number, batch.size(), step.run());
    }

    private void fill(Batch batch, int ofEpoch, int ofNumber, double rate) {
        System.arraycopy(batch.inputs(), 0, inputs, 0, inputs.length);
        System.arraycopy(batch.labels(), 0, labels, 0, labels.length);
        System.arraycopy(batch.targets(), 0, targets, 0, targets.length);
        epoch = ofEpoch;
        number = ofNumber;
        learningRate = rate;
    }

    /**
     * Takes the step on the host, outside of any scope, so that no activation is released before its watcher has read
     * it.
     *
     * @return the loss before the update
     * @throws DivergedException if the loss or a gradient is NaN or infinite
     */
    double watch(Batch batch, double rate, StepWatcher by) {
        fill(batch, 1, 1, rate);
        watcher = by;
        try {
            return body().getFirst().item();
        } finally {
            watcher = StepWatcher.NONE;
        }
    }

    /** Returns whether the step runs on the host, where it can be watched. */
    boolean isEager() {
        return step.isEager();
    }

    /** Does the step; returns the loss and the norm of each gradient. */
    private List<Tensor> body() {
        Tensor input = Tensor.ofChannelsLast(model.device(), shape, inputs);
        Tensor logits = model.net().forward(input);
        Tensor loss;
        try (var _ = Trace.layer(model.device(), "loss")) {
            loss = model.loss().of(logits, labels, targets);
        }
        watcher.forwardDone(input, loss);
        Gradients gradients = loss.backward(watcher::backwardReaches);
        SequencedMap<String, Tensor> byName = new LinkedHashMap<>();
        model.parameters().forEach((name, parameter) -> {
            if (gradients.has(parameter)) {
                byName.put(name, gradients.of(parameter));
            }
        });
        watcher.backwardDone(byName);
        List<Tensor> gradientList = List.copyOf(byName.values());
        gradientNames = List.copyOf(byName.keySet());
        Tensor norms = GradientMath.norms(gradientList);
        if (step.isEager()) {
            requireFinite(loss.item(), norms.toDoubleArray(), epoch, number);
        }
        if (model.clipNorm() > 0) {
            GradientMath.clipNorm(gradientList, model.clipNorm());
        }
        model.optimizer().step(gradients, learningRate);
        if (model.average() != null) {
            model.average().update();
        }
        return List.of(loss, norms);
    }

    /**
     * Throws if the loss or a gradient is NaN or infinite. An eager step finds that out before the update, so the net
     * still has the weights that led to it, and the message names the first bad one. A captured step finds it out after
     * the update, when all weights may be spoiled, so the message names a gradient instead.
     */
    private void requireFinite(double loss, double[] norms, int atEpoch, int atNumber) {
        if (!Double.isFinite(loss)) {
            throw DivergedException.at(
                    atEpoch,
                    atNumber,
                    "the loss is " + loss,
                    step.isEager()
                            ? MemberSteps.firstNotFinite(model.net())
                            : firstNotFinite(norms).map(name -> "the gradient of " + name + " is not finite either"));
        }
        firstNotFinite(norms).ifPresent(name -> {
            throw DivergedException.at(
                    atEpoch, atNumber, "the gradient of " + name + " is not finite", Optional.empty());
        });
    }

    private Optional<String> firstNotFinite(double[] norms) {
        for (int i = 0; i < norms.length; i++) {
            if (!Double.isFinite(norms[i])) {
                return Optional.of(gradientNames.get(i));
            }
        }
        return Optional.empty();
    }

    /** Returns how many steps may be outstanding before the oldest one's loss must be read. */
    int slots() {
        return step.slots();
    }

    @Override
    public void close() {
        step.close();
    }
}
