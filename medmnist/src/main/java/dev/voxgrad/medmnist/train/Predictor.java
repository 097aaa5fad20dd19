package dev.voxgrad.medmnist.train;

import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.data.Batch;
import dev.voxgrad.medmnist.data.BatchLoader;
import dev.voxgrad.medmnist.data.DataException;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.nn.Layer;

/** Runs nets over a whole split, in evaluation mode and in the order of the file. */
public final class Predictor implements AutoCloseable {
    private final VolumeData data;
    private final Split split;
    private final Device device;
    private final BatchLoader loader;

    public Predictor(VolumeData data, Split split, Device device, int batchSize) {
        this.data = data;
        this.split = split;
        this.device = device;
        this.loader = new BatchLoader(split, BatchLoader.Settings.evaluation(data, batchSize));
    }

    /** Logits of every volume, (N, classes). Leaves the net in evaluation mode. */
    public double[][] logits(Layer net) {
        double[][] logits = new double[split.size()][];
        int done = 0;
        net.eval();
        for (Batch batch : loader.epoch(0)) {
            try (var _ = Scope.withoutGradients()) {
                double[] values = net.forward(input(device, batch)).toDoubleArray();
                for (int i = 0; i < batch.size(); i++) {
                    double[] row = new double[data.classes()];
                    System.arraycopy(values, i * row.length, row, 0, row.length);
                    logits[done++] = row;
                }
            }
        }
        return logits;
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

    /** The batch as a tensor (N,C,S,S,S). */
    static Tensor input(Device device, Batch batch) {
        int edge = batch.shape().edge();
        Shape shape = Shape.of(batch.size(), batch.shape().channels(), edge, edge, edge);
        return Tensor.ofChannelsLast(device, shape, batch.inputs());
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
