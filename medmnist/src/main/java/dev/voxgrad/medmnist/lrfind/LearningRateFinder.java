package dev.voxgrad.medmnist.lrfind;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.augment.Recipe;
import dev.voxgrad.medmnist.data.Batch;
import dev.voxgrad.medmnist.data.BatchLoader;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.train.DivergedException;
import dev.voxgrad.medmnist.train.MemberSteps;
import dev.voxgrad.medmnist.train.StopSignal;
import dev.voxgrad.medmnist.train.Trainer;
import dev.voxgrad.medmnist.train.settings.TrainSettings;
import dev.voxgrad.nn.Initialization;
import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.weights.WeightsFile;

/**
 * Trains a net for some steps with a growing learning rate, as {@link LearningRateCurve} defines. The net starts with
 * the weights of member 0 of a run with the same seed, and sees the same batches; after an epoch, the next one starts.
 */
public final class LearningRateFinder {
    private final Settings settings;
    private final VolumeData data;
    private final Device device;
    private final Layer net;
    private final long seed;
    /** The loss of the last step. */
    private double loss;

    /**
     * Holds everything that decides the outcome.
     *
     * @param batchSize volumes per step; the last batch of an epoch may be smaller
     * @param weightDecay AdamW's decoupled decay
     * @param seed of the run that the test is for
     * @param recipe how the training volumes are changed
     * @param initWeights safetensors file to start from; null for random weights
     */
    public record Settings(
            NetSpec net,
            LearningRateCurve.Range range,
            int batchSize,
            double weightDecay,
            long seed,
            Recipe recipe,
            @Nullable Path initWeights) {
        public Settings {
            TrainSettings.requireVolumes(batchSize);
            TrainSettings.requireDecay(weightDecay);
        }

        /** Returns the settings of a run of this net without further options. */
        private TrainSettings ofRun() {
            return TrainSettings.builder()
                    .models(1)
                    .nets(List.of(net))
                    .epochs(1)
                    .batchSize(batchSize)
                    .learningRate(range.from())
                    .weightDecay(weightDecay)
                    .seed(seed)
                    .augment(recipe.flag())
                    .initWeights(initWeights == null ? null : initWeights.toString())
                    .build();
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
        this.seed = Trainer.seedOf(settings.seed(), 0);
        settings.net().requireFits(Math.min(settings.batchSize(), data.train().size()), data.shape());
        this.net = settings.net().build(device, data.shape(), data.classes());
        if (settings.initWeights() == null) {
            Initialization.apply(net, seed);
        } else {
            WeightsFile.load(net, settings.initWeights());
        }
    }

    /**
     * Runs the test; a second one would continue with the weights of the first.
     *
     * @param listener receives each point on this thread
     */
    public LearningRateCurve run(StopSignal stop, Consumer<LearningRateCurve.Point> listener) {
        net.train();
        BatchLoader.Settings batches = BatchLoader.Settings.training(data, settings.batchSize(), seed)
                .withTransform(settings.recipe().keyed(seed));
        try (MemberSteps steps = new MemberSteps(
                        net, null, settings.ofRun(), data, device, (epoch, step, samples, value) -> loss = value);
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
