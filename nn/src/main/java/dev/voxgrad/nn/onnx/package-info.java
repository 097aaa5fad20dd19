/**
 * Writes nets and ensembles of them as ONNX models, which other runtimes execute. Start with {@link
 * dev.voxgrad.nn.onnx.OnnxModel}; {@link dev.voxgrad.nn.onnx.NetTranslator} translates the layers, and {@link
 * dev.voxgrad.nn.onnx.Message} is the part of Protocol Buffers that is required.
 */
@NullMarked
package dev.voxgrad.nn.onnx;

import org.jspecify.annotations.NullMarked;
