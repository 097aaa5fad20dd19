package dev.voxgrad.medmnist.train;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.data.Batch;
import dev.voxgrad.medmnist.data.BatchLoader;
import dev.voxgrad.medmnist.data.Preparation;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.run.EventFile;
import dev.voxgrad.medmnist.run.ModelKind;
import dev.voxgrad.medmnist.run.RunTables;
import dev.voxgrad.medmnist.run.WeightsMetadata;
import dev.voxgrad.medmnist.run.member.Checkpoint;
import dev.voxgrad.medmnist.run.member.EpochResult;
import dev.voxgrad.medmnist.run.member.MemberFiles;
import dev.voxgrad.medmnist.run.member.MemberState;
import dev.voxgrad.medmnist.train.settings.TrainSettings;
import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.optim.LearningRateSchedule;
import dev.voxgrad.nn.optim.WeightAverage;
import dev.voxgrad.nn.weights.Adaptation;
import dev.voxgrad.nn.weights.WeightsFile;

/**
 * Trains one member, from its start or its newest checkpoint.
 *
 * <p>After an epoch the best model is written first, then the last one if it was the last epoch, then the checkpoint,
 * then the tables. If interrupted at any point, training resumes from the previous checkpoint, repeats the epoch, and
 * writes the same bytes again.
 */
final class MemberTraining {
    private final Trainer trainer;
    private final Device device;
    private final TrainSettings settings;
    private final MemberFiles files;
    private final int index;
    private final NetSpec spec;
    private final Layer net;
    /** The average of the net's weights; null if there is none. */
    private final @Nullable WeightAverage average;
    /** The net that is validated and saved: the averaged one if there is one, else the trained net itself. */
    private final Layer keptNet;

    private final MemberSteps steps;
    private final long seed;
    private final LearningRateSchedule rates;
    private MemberState state;
    /** The sum of the losses of the present epoch's samples so far. */
    private double lossSum;

    private long lastKept = System.nanoTime();

    MemberTraining(Trainer trainer, int index, Device device) {
        this.trainer = trainer;
        this.device = device;
        this.settings = trainer.settings;
        this.index = index;
        this.files = trainer.run.member(index);
        this.spec = settings.netOf(index);
        this.state = MemberState.atStart(index, spec);
        this.seed = Trainer.seedOf(settings.seed(), index);
        this.rates = settings.options().rates(settings.learningRate(), settings.epochs());
        this.net = build();
        double decay = settings.options().ema();
        this.keptNet = decay > 0 ? build() : net;
        this.average = decay > 0 ? new WeightAverage(decay, net, keptNet) : null;
        this.steps = new MemberSteps(net, average, settings, trainer.data, device, this::stepDone);
    }

    private Layer build() {
        return spec.build(device, trainer.data.shape(), trainer.data.classes());
    }

    /** Trains to the last epoch or to the pause, unless training fails; returns the progress. */
    MemberState train() {
        MemberState previousState = files.state().orElse(null);
        if (previousState != null && previousState.failure() != null) {
            state = previousState;
            announce();
            trainer.listener.memberFailed(index, previousState.failure());
            return state;
        }
        goToStart();
        announce();
        try {
            trainEpochs();
            if (state.isFinished(settings)) {
                trainer.listener.memberDone(state.result(settings.ties()));
            } else {
                trainer.listener.memberPaused(index, state.epochs());
            }
        } catch (DivergedException e) {
            String failure = "member " + index + " (" + spec.name() + "): " + e.getMessage();
            state = state.failed(failure);
            files.writeState(state);
            RunTables.write(trainer.run);
            trainer.listener.memberFailed(index, failure);
        }
        return state;
    }

    private void announce() {
        trainer.listener.memberStarts(
                index,
                spec,
                state.epochs(),
                state.best().map(epoch -> epoch.validation().auc()).orElse(Double.NaN));
    }

    /** Loads the newest checkpoint or, if there is none, sets the initial weights. */
    private void goToStart() {
        files.removeUnfinished(); // before anything is written: they may fill the disk
        Optional<Checkpoint> checkpoint = files.load(trainer.listener::warning);
        if (checkpoint.isPresent()) {
            requireThisNet(checkpoint.get().state());
            checkpoint.get().restore(net, steps.optimizer(), average, files.checkpoint());
            state = checkpoint.get().state();
            requireBestModel();
            files.writeState(state);
            RunTables.write(trainer.run);
            return;
        }
        if (settings.initWeights() == null) {
            settings.start().initialize(net, seed);
        } else {
            loadInitialWeights(Path.of(settings.initWeights()));
        }
    }

    /** Loads weights to start from, and warns if they were adapted, or trained with volumes that looked different. */
    private void loadInitialWeights(Path file) {
        WeightsFile weights = WeightsFile.read(file);
        Adaptation adaptation = weights.loadInto(net, file);
        if (!adaptation.isNone()) {
            trainer.listener.warning(file + ": " + adaptation);
        }
        Preparation now = settings.preparation();
        try {
            Preparation.ofMetadata(weights.metadata())
                    .filter(then -> !then.equals(now))
                    .ifPresent(then -> trainer.listener.warning(file + ": was trained on volumes prepared in this way: "
                            + then.words() + "; this run prepares them differently: " + now.words()));
        } catch (IllegalArgumentException e) {
            trainer.listener.warning(file + ": does not say clearly how its volumes were prepared: " + e.getMessage());
        }
    }

    private void requireThisNet(MemberState stored) {
        if (!stored.net().equals(spec)) {
            throw new DataFileException(
                    files.checkpoint().toString(),
                    "is of a " + stored.net().name() + ", but member " + index + " of this run is a " + spec.name());
        }
    }

    /** Throws if the best model is missing: it is written once, and again only when a better one follows. */
    private void requireBestModel() {
        Path best = trainer.run.weights(index, spec.name(), ModelKind.BEST);
        if (state.epochs() > 0 && Files.notExists(best)) {
            throw new DataFileException(
                    best.toString(),
                    "is missing, but the checkpoint of member " + index
                            + " relies on it; put it back, or remove the member's files in 'members' to train it"
                            + " again");
        }
    }

    private void trainEpochs() {
        BatchLoader.Settings batches = BatchLoader.Settings.training(trainer.data, settings.batchSize(), seed)
                .withShuffle(settings.shuffle())
                .withTransform(settings.augmentation().keyed(seed))
                .withWorkers(trainer.control.workers());
        try (steps;
                BatchLoader loader = new BatchLoader(trainer.data.train(), batches);
                Predictor validation = new Predictor(trainer.data, trainer.data.val(), device, settings.batchSize());
                EventFile events =
                        EventFile.start(trainer.run.files(), trainer.run.events(index, spec.name()), state.history())) {
            while (!isDone()) {
                EpochResult epoch = epoch(loader, validation);
                state = state.withEpoch(epoch);
                boolean isBest = state.best(settings.ties()).orElseThrow() == epoch;
                if (isBest) {
                    save(ModelKind.BEST);
                }
                if (state.isFinished(settings)) {
                    save(ModelKind.LAST);
                }
                keep();
                RunTables.write(trainer.run);
                events.add(epoch);
                trainer.listener.epochDone(epoch, isBest);
                if (!isDone()) {
                    stopIfAsked();
                }
            }
        }
        if (state.isFinished(settings) && Files.notExists(trainer.run.weights(index, spec.name(), ModelKind.LAST))) {
            save(ModelKind.LAST);
        }
    }

    /** Returns whether the member is finished, or has the epochs after which it pauses. */
    private boolean isDone() {
        return state.isFinished(settings) || state.epochs() >= trainer.control.pauseAfterEpoch();
    }

    private void stepDone(int epoch, int step, int samples, double loss) {
        lossSum += loss * samples;
        int batches = Math.ceilDiv(trainer.data.train().size(), settings.batchSize());
        trainer.listener.stepDone(index, epoch, step, batches, loss);
    }

    /** Trains the present epoch, or the next one, to its end, and validates it. */
    private EpochResult epoch(BatchLoader loader, Predictor validation) {
        long start = System.nanoTime();
        double secondsBefore = state.seconds();
        lossSum = state.lossSum();
        int epoch = state.epochs() + 1;
        int batches = loader.batchesPerEpoch();
        int step = state.step();
        net.train();
        if (step < batches) {
            for (Batch batch : loader.epoch(epoch - 1, step)) {
                step++;
                steps.run(batch, epoch, step, rates.at(epoch - 1));
                if (step < batches && isDue()) {
                    steps.finish();
                    keepWithinEpoch(step, secondsBefore + (System.nanoTime() - start) / 1e9);
                }
            }
            steps.finish();
        }
        Optional<String> bad = MemberSteps.firstNotFinite(net);
        if (bad.isPresent()) {
            throw DivergedException.at(epoch, step, "the weights have diverged", bad);
        }
        double[][] scores = Predictor.probabilities(trainer.data.task(), validation.logits(keptNet));
        requireFinite(scores, epoch);
        Metrics metrics = Metrics.of(trainer.data, trainer.data.val(), scores);
        double seconds = secondsBefore + (System.nanoTime() - start) / 1e9;
        return new EpochResult(
                index, spec, epoch, lossSum / trainer.data.train().size(), metrics, seconds);
    }

    private void requireFinite(double[][] scores, int epoch) {
        for (double[] row : scores) {
            for (double score : row) {
                if (!Double.isFinite(score)) {
                    throw new DivergedException("a validation score is " + score + " after epoch " + epoch);
                }
            }
        }
    }

    /** Returns whether it is time for a checkpoint within an epoch, or a stop was requested. */
    private boolean isDue() {
        return trainer.control.stop().isRequested()
                || System.nanoTime() - lastKept
                        >= trainer.control.checkpointEvery().toNanos();
    }

    private void keepWithinEpoch(int step, double seconds) {
        state = state.withinEpoch(step, lossSum, seconds);
        keep();
        stopIfAsked();
    }

    private void stopIfAsked() {
        if (trainer.control.stop().isRequested()) {
            throw new TrainingStoppedException("stopped member " + index + " (" + spec.name() + ") after epoch "
                    + state.epochs() + (state.step() == 0 ? "" : " and " + state.step() + " steps"));
        }
    }

    private void keep() {
        files.save(Checkpoint.of(state, net, steps.optimizer(), average));
        lastKept = System.nanoTime();
    }

    private void save(ModelKind kind) {
        new WeightsFile(keptNet.stateDict(), WeightsMetadata.of(trainer.run.info(), spec.name()))
                .write(trainer.run.weights(index, spec.name(), kind));
    }
}
