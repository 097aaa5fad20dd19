/**
 * Metrics of predictions: AUC and accuracy as MedMNIST's evaluator computes them, confusion matrices, curves,
 * calibration and bootstrap intervals. Start reading at {@link dev.voxgrad.medmnist.metrics.Metrics}.
 */
@NullMarked
package dev.voxgrad.medmnist.metrics;

import org.jspecify.annotations.NullMarked;
