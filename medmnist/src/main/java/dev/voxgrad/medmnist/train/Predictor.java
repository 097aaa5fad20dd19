package dev.voxgrad.medmnist.train;

import java.util.function.IntConsumer;

import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.augment.Recipe;
import dev.voxgrad.medmnist.data.Batch;
import dev.voxgrad.medmnist.data.BatchLoader;
import dev.voxgrad.medmnist.data.SampleTransform;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.nn.Layer;

/** Applies nets to a whole split, in evaluation mode and in the order of the file. */
public final class Predictor implements AutoCloseable {
    private final VolumeData data;
    private final Split split;
    private final Device device;
    private final int draws;
    private final BatchLoader loader;

    /**
     * Defines test-time augmentation: the logits are the mean over the plain volume and {@code draws} random changes of
     * it.
     *
     * <p>A draw takes the place of an epoch in training, so its effect on a volume is determined by (seed, draw,
     * volume, transform), whatever the batch size and the number of threads; epoch 0 stands for the plain volumes.
     *
     * @param draws number of changed copies of each volume, in addition to the plain one; 0 for plain volumes only
     * @param recipe how a draw changes a volume
     * @param seed determines the draws
     */
    public record Augmentation(int draws, Recipe recipe, long seed) {
        /** Uses plain volumes only. */
        public static final Augmentation OFF = new Augmentation(0, Recipe.NONE, 0);

        public Augmentation {
            if (draws < 0) {
                throw new IllegalArgumentException("test-time augmentation: " + draws + " draws; expected 0 or more");
            }
        }

        private SampleTransform transform() {
            SampleTransform drawn = recipe.keyed(seed);
            return draws == 0 || drawn == SampleTransform.NONE
                    ? SampleTransform.NONE
                    : (volume, sample) -> {
                        if (sample.epoch() > 0) {
                            drawn.apply(volume, sample);
                        }
                    };
        }
    }

    /** Prepares to predict the plain volumes of a split. */
    public Predictor(VolumeData data, Split split, Device device, int batchSize) {
        this(data, split, device, batchSize, Augmentation.OFF);
    }

    /** Prepares to predict the volumes of a split with test-time augmentation. */
    public Predictor(VolumeData data, Split split, Device device, int batchSize, Augmentation augmentation) {
        this.data = data;
        this.split = split;
        this.device = device;
        this.draws = augmentation.draws();
        this.loader = new BatchLoader(
                split, BatchLoader.Settings.evaluation(data, batchSize).withTransform(augmentation.transform()));
    }

    /**
     * Returns the logits of every volume, (N, classes), with test-time augmentation their mean. Leaves the net in
     * evaluation mode.
     */
    public double[][] logits(Layer net) {
        return logits(net, done -> {});
    }

    /**
     * Returns the same logits and reports the progress.
     *
     * @param progress receives the number of volumes done after each batch, counting each draw
     */
    public double[][] logits(Layer net, IntConsumer progress) {
        double[][] logits = new double[split.size()][data.classes()];
        net.eval();
        for (int draw = 0; draw <= draws; draw++) {
            int before = draw * split.size();
            add(net, loader.epoch(draw), logits, done -> progress.accept(before + done));
        }
        // Sums of a few floats are exact in double, so the mean of equal logits equals them to the bit.
        for (double[] row : logits) {
            for (int c = 0; c < row.length; c++) {
                row[c] /= 1 + draws;
            }
        }
        return logits;
    }

    private void add(Layer net, Iterable<Batch> batches, double[][] sums, IntConsumer progress) {
        int done = 0;
        for (Batch batch : batches) {
            try (var _ = Scope.withoutGradients()) {
                double[] values = net.forward(BatchTensors.input(device, batch)).toDoubleArray();
                for (int i = 0; i < batch.size(); i++) {
                    double[] row = sums[done++];
                    for (int c = 0; c < row.length; c++) {
                        row[c] += values[i * row.length + c];
                    }
                }
            }
            progress.accept(done);
        }
    }

    /**
     * Throws if a logit is NaN or infinite, as those of diverged weights are.
     *
     * @param model where the logits come from, for the message
     * @throws DataException names the first volume with such a logit
     */
    public static void requireFinite(double[][] logits, String model) {
        for (int i = 0; i < logits.length; i++) {
            for (double logit : logits[i]) {
                if (!Double.isFinite(logit)) {
                    throw new DataException(model + ": gives volume " + i + " the score " + logit
                            + "; its weights are damaged or have diverged, so train again with a smaller --lr");
                }
            }
        }
    }

    /** Returns probabilities: softmax over the classes, or for a multi-label task a sigmoid per label. */
    public static double[][] probabilities(Task task, double[][] logits) {
        double[][] scores = new double[logits.length][];
        for (int i = 0; i < logits.length; i++) {
            scores[i] = task == Task.MULTI_LABEL ? sigmoid(logits[i]) : softmax(logits[i]);
        }
        return scores;
    }

    private static double[] softmax(double[] logits) {
        double largest = Double.NEGATIVE_INFINITY;
        for (double logit : logits) {
            largest = Math.max(largest, logit);
        }
        double[] scores = new double[logits.length];
        double sum = 0;
        for (int c = 0; c < scores.length; c++) {
            scores[c] = Math.exp(logits[c] - largest);
            sum += scores[c];
        }
        for (int c = 0; c < scores.length; c++) {
            scores[c] /= sum;
        }
        return scores;
    }

    private static double[] sigmoid(double[] logits) {
        double[] scores = new double[logits.length];
        for (int c = 0; c < scores.length; c++) {
            scores[c] = 1 / (1 + Math.exp(-logits[c]));
        }
        return scores;
    }

    @Override
    public void close() {
        loader.close();
    }
}
