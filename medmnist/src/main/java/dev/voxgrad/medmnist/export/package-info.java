/**
 * Trained nets in the formats of other programs: weights for PyTorch and NumPy, and models for ONNX runtimes. Start
 * with {@link dev.voxgrad.medmnist.export.WeightsFormat} and {@link dev.voxgrad.medmnist.export.OnnxExport}.
 */
@NullMarked
package dev.voxgrad.medmnist.export;

import org.jspecify.annotations.NullMarked;
