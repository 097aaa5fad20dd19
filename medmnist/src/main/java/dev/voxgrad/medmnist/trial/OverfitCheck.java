package dev.voxgrad.medmnist.trial;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.BiConsumer;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.data.Batch;
import dev.voxgrad.medmnist.data.BatchLoader;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.train.DivergedException;
import dev.voxgrad.medmnist.train.MemberSteps;
import dev.voxgrad.medmnist.train.Trainer;
import dev.voxgrad.medmnist.train.TrainingException;
import dev.voxgrad.medmnist.train.settings.TrainSettings;
import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.weights.WeightsFile;

/**
 * Trains a net repeatedly on the first batch of the file only: its loss must come close to zero, or something is wrong
 * with the data, loss, gradients or settings. Source: Karpathy, "A recipe for training neural networks", 2019.
 */
public final class OverfitCheck {
    /** A loss close to zero: the mean probability of the correct classes is then about 0.99. */
    public static final double NEAR_ZERO = 0.01;

    private final TrainSettings settings;
    private final VolumeData data;
    private final Device device;

    /**
     * Describes the outcome for one net.
     *
     * @param volumes number of volumes in the batch
     * @param oneClass whether all of them have the same label, so that there is little to learn
     * @param steps number of steps
     * @param first loss before the first step
     * @param last loss before the last step
     */
    public record Outcome(NetSpec net, int volumes, boolean oneClass, int steps, double first, double last) {
        /** Returns whether the net has learned the batch. */
        public boolean nearZero() {
            return last < NEAR_ZERO;
        }
    }

    /** Prepares a check with these settings, but without augmentation, shuffling, schedule and average. */
    public OverfitCheck(TrainSettings settings, VolumeData data, Device device) {
        this.settings = settings;
        this.data = data;
        this.device = device;
    }

    /**
     * Trains a net until its loss is close to zero, for up to {@code mostSteps} steps.
     *
     * @param listener receives every step, from 1, and its loss
     * @throws TrainingException if the loss or a gradient is NaN or infinite
     */
    public Outcome run(NetSpec spec, int mostSteps, BiConsumer<Integer, Double> listener) {
        Layer net = spec.build(device, data.shape(), data.classes());
        if (settings.initWeights() == null) {
            long seed = Trainer.seedOf(settings.seed(), settings.nets().indexOf(spec));
            settings.start().initialize(net, seed);
        } else {
            WeightsFile.load(net, Path.of(settings.initWeights()));
        }
        net.train();
        double[] loss = {Double.POSITIVE_INFINITY};
        Split only =
                data.train().first(Math.min(settings.batchSize(), data.train().size()));
        try (MemberSteps steps = new MemberSteps(
                        net, null, settings, data, device, (epoch, step, samples, value) -> loss[0] = value);
                BatchLoader loader =
                        new BatchLoader(only, BatchLoader.Settings.evaluation(data, settings.batchSize()))) {
            Batch batch = loader.epoch(0).iterator().next();
            double first = 0;
            int step = 0;
            while (step < mostSteps && loss[0] >= NEAR_ZERO) {
                step++;
                steps.run(batch, 1, step, settings.learningRate());
                steps.finish();
                first = step == 1 ? loss[0] : first;
                listener.accept(step, loss[0]);
            }
            return new Outcome(spec, only.size(), oneClass(only), step, first, loss[0]);
        } catch (DivergedException e) {
            throw new TrainingException(spec.name() + ": " + e.getMessage());
        }
    }

    private static boolean oneClass(Split split) {
        return split.isMultiLabel()
                ? Arrays.stream(split.multiLabels()).allMatch(row -> Arrays.equals(row, split.multiLabels()[0]))
                : Arrays.stream(split.labels()).distinct().count() == 1;
    }
}
