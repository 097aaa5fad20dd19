package dev.voxgrad.medmnist.train;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.device.cuda.CapturedStep;
import dev.voxgrad.engine.optim.GradientMath;
import dev.voxgrad.medmnist.data.Batch;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.nets.VolumeNet;
import dev.voxgrad.medmnist.train.settings.TrainSettings;
import dev.voxgrad.nn.NamedTensor;
import dev.voxgrad.nn.optim.AdamW;
import dev.voxgrad.nn.optim.GradientClipping;
import dev.voxgrad.nn.optim.Optimizer;
import dev.voxgrad.nn.optim.WeightAverage;

/**
 * The training steps of one net: forward, loss, backward, clipping, update, average.
 *
 * <p>On the host's devices a step is done when {@link #run} returns. A GPU replays a recorded step, one for each size
 * of batch, while the host goes on: what came of a step is told one step later, or by {@link #finish}.
 */
public final class MemberSteps implements AutoCloseable {
    /** Steps of a GPU that may be under way. */
    private static final int AHEAD = 1;

    private final Device device;
    private final VolumeNet net;
    private final Map<String, Tensor> parameters;
    private final Optimizer optimizer;
    private final WeightAverage average;
    private final VolumeData data;
    private final float[] classWeights;
    private final double clipNorm;
    private final Listener listener;
    private final Map<Integer, Recorded> recorded = new HashMap<>();
    private final Deque<UnderWay> underWay = new ArrayDeque<>();
    private double learningRate;

    /** Is told each step, in order, when its loss is known. */
    public interface Listener {
        void stepDone(int epoch, int step, int samples, double loss);
    }

    /** A step whose results are on their way. */
    private record UnderWay(int epoch, int step, int samples, Recorded how, CapturedStep.Results results) {}

    /**
     * Steps as a run's settings want them.
     *
     * @param average of the net's weights; null if there is none
     */
    public MemberSteps(
            VolumeNet net,
            WeightAverage average,
            TrainSettings settings,
            VolumeData data,
            Device device,
            Listener listener) {
        this.device = device;
        this.net = net;
        this.data = data;
        this.parameters = net.parameters();
        this.optimizer = new Optimizer(new AdamW(settings.learningRate(), settings.weightDecay()), parameters);
        this.average = average;
        this.classWeights = settings.regime().classWeights().forLoss();
        this.clipNorm = settings.regime().clipNorm();
        this.listener = listener;
    }

    Optimizer optimizer() {
        return optimizer;
    }

    /**
     * Runs a step, or has the device run it.
     *
     * @throws DivergedException if its loss or a gradient, or those of a step before, are not finite
     */
    public void run(Batch batch, int epoch, int step, double rate) throws DivergedException {
        learningRate = rate;
        switch (device) {
            case CudaDevice gpu -> runAhead(gpu, batch, epoch, step);
            case CpuDevice _, ReferenceDevice _ ->
                listener.stepDone(epoch, step, batch.size(), runNow(batch, epoch, step));
        }
    }

    private void runAhead(CudaDevice gpu, Batch batch, int epoch, int step) throws DivergedException {
        Recorded how = recorded.computeIfAbsent(batch.size(), _ -> new Recorded(gpu, batch));
        underWay.add(new UnderWay(epoch, step, batch.size(), how, how.run(batch)));
        while (underWay.size() > AHEAD) {
            settle(underWay.remove());
        }
    }

    /** Waits until all steps are done and told. */
    public void finish() throws DivergedException {
        while (!underWay.isEmpty()) {
            settle(underWay.remove());
        }
    }

    private double runNow(Batch batch, int epoch, int step) throws DivergedException {
        try (var _ = Scope.open()) {
            Tensor loss = loss(
                    net.forward(Predictor.input(device, batch)),
                    Arrays.copyOf(batch.labels(), batch.labels().length == 0 ? 0 : batch.size()),
                    Arrays.copyOf(batch.targets(), batch.targets().length == 0 ? 0 : batch.size() * data.classes()));
            double value = loss.item();
            if (!Double.isFinite(value)) {
                throw DivergedException.at(epoch, step, "the loss is " + value, firstNotFinite(net));
            }
            Gradients gradients = loss.backward();
            for (Map.Entry<String, Tensor> parameter : parameters.entrySet()) {
                if (gradients.has(parameter.getValue())
                        && !Double.isFinite(GradientMath.sumOfSquares(gradients.of(parameter.getValue())))) {
                    throw DivergedException.at(
                            epoch, step, "the gradient of " + parameter.getKey() + " is not finite", Optional.empty());
                }
            }
            if (clipNorm > 0) {
                GradientClipping.clipNorm(gradients, parameters.values(), clipNorm);
            }
            update(gradients);
            return value;
        }
    }

    private Tensor loss(Tensor logits, int[] labels, float[] targets) {
        return data.task() == Task.MULTI_LABEL
                ? logits.bceWithLogits(targets)
                : logits.crossEntropy(classWeights, labels);
    }

    private void update(Gradients gradients) {
        optimizer.step(gradients, learningRate);
        if (average != null) {
            average.update();
        }
    }

    private void settle(UnderWay step) throws DivergedException {
        float[][] values = step.results.get();
        float loss = values[0][0];
        float[] norms = values[1];
        for (int i = 0; i < norms.length; i++) {
            if (!Float.isFinite(loss) || !Float.isFinite(norms[i])) {
                underWay.clear(); // they went on from weights that are no numbers
                String name = step.how.gradientNames.get(i);
                throw Float.isFinite(loss)
                        ? DivergedException.at(
                                step.epoch, step.step, "the gradient of " + name + " is not finite", Optional.empty())
                        : DivergedException.at(step.epoch, step.step, "the loss is " + loss, step.how.blame(norms));
            }
        }
        listener.stepDone(step.epoch, step.step, step.samples, loss);
    }

    /** The first of a net's weights and running statistics that is not finite, in words. */
    static Optional<String> firstNotFinite(VolumeNet net) {
        for (NamedTensor tensor : net.stateDict().values()) {
            if (tensor instanceof NamedTensor.Floats floats) {
                for (float value : floats.values()) {
                    if (!Float.isFinite(value)) {
                        return Optional.of(tensor.name() + " holds " + value);
                    }
                }
            }
        }
        return Optional.empty();
    }

    @Override
    public void close() {
        recorded.values().forEach(how -> how.step.close());
    }

    /** A step for one size of batch, and the arrays that it reads. */
    private final class Recorded {
        private final CudaDevice gpu;
        private final float[] inputs;
        private final int[] labels;
        private final float[] targets;
        private final CapturedStep step;
        private List<String> gradientNames;

        Recorded(CudaDevice gpu, Batch batch) {
            this.gpu = gpu;
            this.inputs = new float[batch.size() * batch.shape().elements()];
            this.labels = new int[batch.labels().length == 0 ? 0 : batch.size()];
            this.targets = new float[batch.targets().length == 0 ? 0 : batch.size() * data.classes()];
            this.step = gpu.capture(() -> body(batch.size(), batch));
        }

        public CapturedStep.Results run(Batch batch) {
            System.arraycopy(batch.inputs(), 0, inputs, 0, inputs.length);
            System.arraycopy(batch.labels(), 0, labels, 0, labels.length);
            System.arraycopy(batch.targets(), 0, targets, 0, targets.length);
            optimizer.setLearningRate(learningRate);
            return step.run();
        }

        private List<Tensor> body(int size, Batch like) {
            Tensor input = Tensor.ofChannelsLast(gpu, Predictor.shape(size, like.shape()), inputs);
            Tensor loss = loss(net.forward(input), labels, targets);
            Gradients gradients = loss.backward();
            gradientNames = parameters.keySet().stream()
                    .filter(name -> gradients.has(parameters.get(name)))
                    .toList();
            List<Tensor> moved = new ArrayList<>();
            gradientNames.forEach(name -> moved.add(gradients.of(parameters.get(name))));
            Tensor norms = GradientMath.norms(moved);
            if (clipNorm > 0) {
                GradientMath.clipNorm(moved, clipNorm);
            }
            update(gradients);
            return List.of(loss, norms);
        }

        private Optional<String> blame(float[] norms) {
            for (int i = 0; i < norms.length; i++) {
                if (!Float.isFinite(norms[i])) {
                    return Optional.of("the gradient of " + gradientNames.get(i) + " is not finite either");
                }
            }
            return Optional.empty();
        }
    }
}
