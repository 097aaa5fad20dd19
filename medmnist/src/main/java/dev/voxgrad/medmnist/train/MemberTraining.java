package dev.voxgrad.medmnist.train;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.optim.GradientMath;
import dev.voxgrad.medmnist.data.Batch;
import dev.voxgrad.medmnist.data.BatchLoader;
import dev.voxgrad.medmnist.data.DataFileException;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.nets.VolumeNet;
import dev.voxgrad.nn.Initialization;
import dev.voxgrad.nn.NamedTensor;
import dev.voxgrad.nn.optim.AdamW;
import dev.voxgrad.nn.optim.GradientClipping;
import dev.voxgrad.nn.optim.LearningRateSchedule;
import dev.voxgrad.nn.optim.Optimizer;
import dev.voxgrad.nn.optim.WeightAverage;
import dev.voxgrad.nn.weights.WeightsFile;

/**
 * One member in training, from its start or its newest checkpoint.
 *
 * <p>After an epoch the best model is written first, then the last one if it was the last epoch, then the checkpoint,
 * then the tables. Whatever this is broken off at, training goes on from the former checkpoint, repeats the epoch, and
 * writes the same bytes again.
 */
final class MemberTraining {
    private final Trainer trainer;
    private final TrainSettings settings;
    private final MemberFiles files;
    private final int index;
    private final NetSpec spec;
    private final VolumeNet net;
    /** The average of the net's weights; null if there is none. */
    private final WeightAverage average;
    /** What is validated and kept: the averaged net if there is one, else the net itself. */
    private final VolumeNet product;
    private final Map<String, Tensor> parameters;
    private final Optimizer optimizer;
    private final long seed;
    private final LearningRateSchedule rates;
    private final float[] classWeights;
    private MemberState state;
    private long lastKept = System.nanoTime();

    /** Nothing that can be mended by going on: a loss, gradient or weight that is no number. */
    private static final class DivergedException extends Exception {
        private static final long serialVersionUID = 1;

        DivergedException(String message) {
            super(message);
        }
    }

    MemberTraining(Trainer trainer, int index) {
        this.trainer = trainer;
        this.settings = trainer.settings;
        this.index = index;
        this.files = trainer.run.member(index);
        this.spec = settings.netOf(index);
        this.seed = Trainer.seedOf(settings.seed(), index);
        this.rates = settings.regime().rates(settings.learningRate(), settings.epochs());
        this.classWeights = settings.regime().classWeights().forLoss();
        this.net = build();
        this.parameters = net.parameters();
        this.optimizer = new Optimizer(new AdamW(settings.learningRate(), settings.weightDecay()), parameters);
        double decay = settings.regime().ema();
        this.product = decay > 0 ? build() : net;
        this.average = decay > 0 ? new WeightAverage(decay, net, product) : null;
    }

    private VolumeNet build() {
        return spec.build(trainer.device, trainer.data.shape().channels(), trainer.data.shape().edge(),
                trainer.data.classes());
    }

    /** Trains to the last epoch, unless it can't go on; returns how far it has come. */
    MemberState train() {
        Optional<MemberState> told = files.state();
        if (told.isPresent() && told.get().failure() != null) {
            state = told.get();
            trainer.listener.memberStarts(index, spec, state.epochs());
            trainer.listener.memberFailed(index, state.failure());
            return state;
        }
        goToStart();
        trainer.listener.memberStarts(index, spec, state.epochs());
        try {
            trainEpochs();
            trainer.listener.memberDone(state.result());
        } catch (DivergedException e) {
            state = state.failed("member " + index + " (" + spec.flag() + "): " + e.getMessage());
            files.writeState(state);
            RunTables.write(trainer.run);
            trainer.listener.memberFailed(index, state.failure());
        }
        return state;
    }

    /** The newest checkpoint, or else the initial weights. */
    private void goToStart() {
        Optional<Checkpoint> checkpoint = files.load(trainer.listener::warning);
        if (checkpoint.isPresent()) {
            checkpoint.get().restore(net, optimizer, average, files.checkpoint());
            state = checkpoint.get().state();
            requireBestModel();
            files.writeState(state);
            RunTables.write(trainer.run);
            return;
        }
        if (settings.initWeights() == null) {
            Initialization.apply(net, seed);
        } else {
            WeightsFile.load(net, Path.of(settings.initWeights()));
        }
        state = MemberState.atStart(index, spec);
    }

    /** It is written when it is reached, and not again unless a better one follows. */
    private void requireBestModel() {
        Path best = trainer.run.weights(index, spec.flag(), ModelKind.BEST);
        if (state.epochs() > 0 && Files.notExists(best)) {
            throw new DataFileException(best.toString(), "is missing, but the checkpoint of member " + index
                    + " relies on it; put it back, or remove the member's files in 'members' to train it anew");
        }
    }

    private void trainEpochs() throws DivergedException {
        BatchLoader.Settings batches = BatchLoader.Settings.training(trainer.data, settings.batchSize(), seed)
                .withShuffle(settings.shuffle()).withTransform(settings.recipe().keyed(seed));
        try (BatchLoader loader = new BatchLoader(trainer.data.train(), batches);
                Predictor validation =
                        new Predictor(trainer.data, trainer.data.val(), trainer.device, settings.batchSize());
                EventFile events = EventFile.begin(trainer.run.events(index, spec.flag()), state.history())) {
            while (!settings.isFinished(state)) {
                EpochResult epoch = epoch(loader, validation);
                state = state.withEpoch(epoch);
                boolean isBest = state.best().orElseThrow() == epoch;
                if (isBest) {
                    save(ModelKind.BEST);
                }
                if (settings.isFinished(state)) {
                    save(ModelKind.LAST);
                }
                keep();
                RunTables.write(trainer.run);
                events.add(epoch);
                trainer.listener.epochDone(epoch, isBest);
                if (!settings.isFinished(state)) {
                    stopIfAsked();
                }
            }
        }
        if (Files.notExists(trainer.run.weights(index, spec.flag(), ModelKind.LAST))) {
            save(ModelKind.LAST);
        }
    }

    /** The epoch that is under way, or the next one, to its end. */
    private EpochResult epoch(BatchLoader loader, Predictor validation) throws DivergedException {
        long start = System.nanoTime();
        double secondsBefore = state.seconds();
        double lossSum = state.lossSum();
        int epoch = state.epochs() + 1;
        int steps = loader.batchesPerEpoch();
        int step = state.step();
        net.train();
        if (step < steps) {
            for (Batch batch : loader.epoch(epoch - 1, step)) {
                step++;
                double loss = step(batch, epoch, step);
                lossSum += loss * batch.size();
                trainer.listener.stepDone(index, epoch, step, steps, loss);
                if (step < steps) {
                    keepIfDue(step, lossSum, secondsBefore + (System.nanoTime() - start) / 1e9);
                }
            }
        }
        Optional<String> bad = badWeights();
        if (bad.isPresent()) {
            throw diverged("the weights have diverged", epoch, step, bad);
        }
        double[][] scores = Predictor.probabilities(trainer.data.task(), validation.logits(product));
        requireFinite(scores, epoch);
        Metrics metrics = Metrics.of(trainer.data, trainer.data.val(), scores);
        double seconds = secondsBefore + (System.nanoTime() - start) / 1e9;
        return new EpochResult(index, spec, epoch, lossSum / trainer.data.train().size(), metrics, seconds);
    }

    private double step(Batch batch, int epoch, int step) throws DivergedException {
        try (var _ = Scope.open()) {
            Tensor logits = net.forward(Predictor.input(trainer.device, batch));
            Tensor loss = trainer.data.task() == Task.MULTI_LABEL
                    ? logits.bceWithLogits(Arrays.copyOf(batch.targets(), batch.size() * trainer.data.classes()))
                    : logits.crossEntropy(classWeights, Arrays.copyOf(batch.labels(), batch.size()));
            double value = loss.item();
            if (!Double.isFinite(value)) {
                throw diverged("the loss is " + value, epoch, step, badWeights());
            }
            Gradients gradients = loss.backward();
            for (Map.Entry<String, Tensor> parameter : parameters.entrySet()) {
                if (gradients.has(parameter.getValue())
                        && !Double.isFinite(GradientMath.sumOfSquares(gradients.of(parameter.getValue())))) {
                    throw diverged("the gradient of " + parameter.getKey() + " is not finite", epoch, step,
                            Optional.empty());
                }
            }
            if (settings.regime().clipNorm() > 0) {
                GradientClipping.clipNorm(gradients, parameters.values(), settings.regime().clipNorm());
            }
            optimizer.step(gradients, rates.at(epoch - 1));
            if (average != null) {
                average.update();
            }
            return value;
        }
    }

    /** The first of the weights and running statistics that is not finite, in words. */
    private Optional<String> badWeights() {
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

    private void requireFinite(double[][] scores, int epoch) throws DivergedException {
        for (double[] row : scores) {
            for (double score : row) {
                if (!Double.isFinite(score)) {
                    throw new DivergedException("a validation score is " + score + " after epoch " + epoch
                            + "; try a smaller --lr");
                }
            }
        }
    }

    private static DivergedException diverged(String what, int epoch, int step, Optional<String> tensor) {
        return new DivergedException(what + " in epoch " + epoch + ", step " + step
                + tensor.map(words -> " (" + words + ")").orElse("") + "; try a smaller --lr");
    }

    /** Keeps a checkpoint within an epoch if it is time for one, or if it is the last thing to do. */
    private void keepIfDue(int step, double lossSum, double seconds) {
        boolean stop = trainer.control.stop().isRequested();
        if (stop || System.nanoTime() - lastKept >= trainer.control.checkpointEvery().toNanos()) {
            state = state.withinEpoch(step, lossSum, seconds);
            keep();
            stopIfAsked();
        }
    }

    private void stopIfAsked() {
        if (trainer.control.stop().isRequested()) {
            throw new TrainingStoppedException("stopped member " + index + " (" + spec.flag() + ") after epoch "
                    + state.epochs() + (state.step() == 0 ? "" : " and " + state.step() + " steps"));
        }
    }

    private void keep() {
        files.save(Checkpoint.of(state, net, optimizer, average));
        lastKept = System.nanoTime();
    }

    private void save(ModelKind kind) {
        WeightsFile.save(product, trainer.run.weights(index, spec.flag(), kind));
    }
}
