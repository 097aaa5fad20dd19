package dev.voxgrad.medmnist.train;

import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.nets.NetSpec;

/**
 * One epoch of one member.
 *
 * @param member index in the run
 * @param epoch from 1
 * @param trainLoss mean over the samples, each with the weights of its step
 * @param validation on the whole validation split, after the epoch
 * @param seconds of training and validation
 */
public record EpochResult(int member, NetSpec net, int epoch, double trainLoss, Metrics validation, double seconds) {}
