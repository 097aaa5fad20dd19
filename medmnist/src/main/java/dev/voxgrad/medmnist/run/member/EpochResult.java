package dev.voxgrad.medmnist.run.member;

import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

import static dev.voxgrad.medmnist.io.BadValueException.require;
import static dev.voxgrad.medmnist.io.BadValueException.requirePresent;
import static dev.voxgrad.medmnist.io.BadValueException.requireWithin;

/**
 * Contains the figures of one epoch of one member.
 *
 * @param member index in the run
 * @param epoch from 1
 * @param trainLoss mean loss of the samples, each computed with the weights of its step
 * @param validation on the whole validation split, after the epoch
 * @param seconds of training and validation
 */
public record EpochResult(int member, NetSpec net, int epoch, double trainLoss, Metrics validation, double seconds) {
    /** Refuses what an edited or damaged file may contain. */
    public EpochResult {
        requireWithin("member", member, 0, TrainSettings.MOST_MODELS - 1);
        requirePresent("net", net);
        requireWithin("epoch", epoch, 1, TrainSettings.MOST_EPOCHS);
        require(Double.isFinite(trainLoss), "train-loss", trainLoss, "a finite number");
        requirePresent("validation", validation);
        require(
                Double.isFinite(validation.auc()) && Double.isFinite(validation.accuracy()),
                "validation",
                validation,
                "figures from 0 to 1");
        require(seconds >= 0 && Double.isFinite(seconds), "seconds", seconds, "zero or more");
    }
}
