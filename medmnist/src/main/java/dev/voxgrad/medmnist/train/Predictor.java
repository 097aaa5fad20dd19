package dev.voxgrad.medmnist.train;

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

/** Runs nets over a whole split, in evaluation mode and in the order of the file. */
public final class Predictor implements AutoCloseable {
    private final VolumeData data;
    private final Split split;
    private final Device device;
    private final int draws;
    private final BatchLoader loader;

    /**
     * Test-time augmentation: the logits are the mean over the plain volume and {@code draws} random changes of it.
     *
     * <p>Draws stand where training has its epochs, so what they make of a volume is named by (seed, draw, volume,
     * transform), whatever the batch size and the threads; epoch 0 is the plain volumes'.
     *
     * @param draws of each volume, besides the plain one; 0 for plain volumes only
     * @param recipe what a draw changes
     * @param seed decides the draws
     */
    public record Augmentation(int draws, Recipe recipe, long seed) {
        /** Plain volumes only. */
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

    public Predictor(VolumeData data, Split split, Device device, int batchSize) {
        this(data, split, device, batchSize, Augmentation.OFF);
    }

    public Predictor(VolumeData data, Split split, Device device, int batchSize, Augmentation augmentation) {
        this.data = data;
        this.split = split;
        this.device = device;
        this.draws = augmentation.draws();
        this.loader = new BatchLoader(
                split, BatchLoader.Settings.evaluation(data, batchSize).withTransform(augmentation.transform()));
    }

    /**
     * Logits of every volume, (N, classes), under test-time augmentation their mean. Leaves the net in evaluation mode.
     */
    public double[][] logits(Layer net) {
        double[][] logits = new double[split.size()][data.classes()];
        net.eval();
        for (int draw = 0; draw <= draws; draw++) {
            add(net, loader.epoch(draw), logits);
        }
        // Sums of a few floats are exact in double: the mean of equal logits is these logits, to the bit.
        for (double[] row : logits) {
            for (int c = 0; c < row.length; c++) {
                row[c] /= 1 + draws;
            }
        }
        return logits;
    }

    private void add(Layer net, Iterable<Batch> batches, double[][] sums) {
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
        }
    }

    /**
     * Throws unless all logits are numbers: those of weights gone astray are not.
     *
     * @param model where the logits come from, for the message
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

    /** Probabilities: softmax over the classes, or a sigmoid per label where there are several labels. */
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
