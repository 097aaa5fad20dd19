package dev.voxgrad.medmnist.lrfind;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.function.Consumer;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.data.Batch;
import dev.voxgrad.medmnist.data.BatchLoader;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.train.DivergedException;
import dev.voxgrad.medmnist.train.MemberSteps;
import dev.voxgrad.medmnist.train.StopSignal;
import dev.voxgrad.medmnist.train.Trainer;
import dev.voxgrad.medmnist.train.settings.TrainSettings;
import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.weights.WeightsFile;

/**
 * Trains a net for some steps with a growing learning rate, as {@link LearningRateCurve} defines. The net starts with
 * the weights of member 0 of a run with the same seed, and sees the same batches; after an epoch, the next one starts.
 */
public final class LearningRateFinder {
    private final Settings settings;
    private final TrainSettings run;
    private final VolumeData data;
    private final Device device;
    private final Layer net;
    private final long seed;
    /** The loss of the last step. */
    private double loss;

    /**
     * Holds everything that decides the outcome.
     *
     * @param run settings of the run that the test is for, whose first net is tested; its schedule makes no difference
     */
    public record Settings(LearningRateCurve.Range range, TrainSettings run) {
        /** Returns the net that is tested. */
        public NetSpec net() {
            return run.netOf(0);
        }
    }

    /**
     * Builds the net.
     *
     * @throws RuntimeException with a message for the user if data, net and initial weights do not fit together
     */
    public LearningRateFinder(Settings settings, VolumeData data, Device device) {
        this.settings = settings;
        this.data = data;
        this.device = device;
        this.run = settings.run();
        this.seed = Trainer.seedOf(run.seed(), 0);
        settings.net().requireFits(Math.min(run.batchSize(), data.train().size()), data.shape());
        this.net = settings.net().build(device, data.shape(), data.classes());
        if (run.initWeights() == null) {
            run.start().initialize(net, seed);
        } else {
            WeightsFile.load(net, Path.of(run.initWeights()));
        }
    }

    /**
     * Runs the test; a second one would continue with the weights of the first.
     *
     * @param listener receives each point on this thread
     */
    public LearningRateCurve run(StopSignal stop, Consumer<LearningRateCurve.Point> listener) {
        net.train();
        BatchLoader.Settings batches = BatchLoader.Settings.training(data, run.batchSize(), seed)
                .withTransform(run.augmentation().keyed(seed));
        try (MemberSteps steps =
                        new MemberSteps(net, null, run, data, device, (epoch, step, samples, value) -> loss = value);
                BatchLoader loader = new BatchLoader(data.train(), batches)) {
            Batches endless = new Batches(loader);
            return LearningRateCurve.measure(
                    settings.range(), rate -> step(steps, endless.next(), rate), stop::isRequested, listener);
        }
    }

    /** Supplies batches, one epoch after the other. */
    private static final class Batches {
        private final BatchLoader loader;
        private int epoch;
        private Iterator<Batch> current;

        Batches(BatchLoader loader) {
            this.loader = loader;
            this.current = loader.epoch(0).iterator();
        }

        Batch next() {
            if (!current.hasNext()) {
                epoch++;
                current = loader.epoch(epoch).iterator();
            }
            return current.next();
        }
    }

    /** Takes a step and returns the loss before it; NaN if the loss or a gradient is NaN or infinite. */
    private double step(MemberSteps steps, Batch batch, double rate) {
        try {
            steps.run(batch, 1, 1, rate);
            steps.finish();
            return loss;
        } catch (DivergedException e) {
            return Double.NaN;
        }
    }
}
