package dev.voxgrad.medmnist.baseline;

import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

import dev.voxgrad.medmnist.data.npz.NpyArray;

/**
 * Holds what a baseline's folder contains in addition to {@code baseline.json}.
 *
 * @param models arrays of each chosen model, by the number of its candidate
 * @param trainOutOfFold probabilities of the ensemble for train, each row by models that have not seen its volume, (N,
 *     classes); empty without folds
 * @param val probabilities for val, (N, classes); empty if there is no such split, or the models were fitted to it
 * @param test probabilities for test, (N, classes); empty if there is no such split
 * @param texts other files by their names, such as {@code summary.csv}
 */
public record BaselineContents(
        Map<Integer, SequencedMap<String, NpyArray>> models,
        Optional<double[][]> trainOutOfFold,
        Optional<double[][]> val,
        Optional<double[][]> test,
        Map<String, String> texts) {}
