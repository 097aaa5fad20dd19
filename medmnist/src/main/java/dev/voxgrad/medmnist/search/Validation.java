package dev.voxgrad.medmnist.search;

import java.nio.file.Path;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.metrics.Bootstrap;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.run.ModelKind;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.run.member.EpochResult;
import dev.voxgrad.medmnist.run.member.MemberState;
import dev.voxgrad.medmnist.train.Predictor;
import dev.voxgrad.medmnist.train.TrainingException;
import dev.voxgrad.medmnist.train.settings.TrainSettings;
import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.weights.WeightsFile;

/**
 * Contains what the best model of a trial predicts for the validation split, and how good that is.
 *
 * @param logits (volumes, classes), in the order of the file
 */
record Validation(double[][] logits, RungResult result) {
    /**
     * Applies the best model of a run's only member.
     *
     * @throws TrainingException if it gives a volume a logit that is NaN or infinite; training does not notice that in a
     *     multi-label task, as the sigmoid of infinity is 1
     */
    static Validation of(RunFiles run, MemberState state, VolumeData data, Device device) {
        TrainSettings settings = run.info().settings();
        NetSpec spec = state.net();
        Layer net = spec.build(device, data.shape(), data.classes());
        Path weights = run.weights(state.member(), spec.name(), ModelKind.BEST);
        WeightsFile.load(net, weights);
        double[][] logits;
        try (Predictor predictor = new Predictor(data, data.val(), device, settings.batchSize())) {
            logits = predictor.logits(net);
        }
        requireFinite(logits, weights);
        EpochResult best = state.best(settings.ties()).orElseThrow();
        return new Validation(
                logits,
                new RungResult(
                        state.epochs(),
                        best.epoch(),
                        best.validation().auc(),
                        best.validation().accuracy(),
                        logLoss(data.task(), data.val(), logits),
                        interval(data, logits)));
    }

    private static void requireFinite(double[][] logits, Path weights) {
        try {
            Predictor.requireFinite(logits, weights.toString());
        } catch (DataException e) {
            throw new TrainingException(String.valueOf(e.getMessage()));
        }
    }

    private static Bootstrap.@Nullable Interval interval(VolumeData data, double[][] logits) {
        double[][] scores = Predictor.probabilities(data.task(), logits);
        return Bootstrap.whereDefined(data, data.val(), scores, TrainSettings.SEED)
                .auc()
                .orElse(null);
    }

    /** Returns the mean of −log p of the labels, in nats per volume, and per label in a multi-label task. */
    static double logLoss(Task task, Split split, double[][] logits) {
        double sum = 0;
        int count = 0;
        for (int i = 0; i < logits.length; i++) {
            if (task == Task.MULTI_LABEL) {
                for (int label = 0; label < logits[i].length; label++) {
                    double[] noAndYes = {0, logits[i][label]};
                    sum += surprise(noAndYes, split.multiLabels()[i][label]);
                    count++;
                }
            } else {
                sum += surprise(logits[i], split.labels()[i]);
                count++;
            }
        }
        return sum / count;
    }

    /** Returns log Σ exp z − z[label], without an overflow of large logits. */
    private static double surprise(double[] logits, int label) {
        double largest = Double.NEGATIVE_INFINITY;
        for (double logit : logits) {
            largest = Math.max(largest, logit);
        }
        double sum = 0;
        for (double logit : logits) {
            sum += Math.exp(logit - largest);
        }
        return Math.log(sum) + largest - logits[label];
    }
}
