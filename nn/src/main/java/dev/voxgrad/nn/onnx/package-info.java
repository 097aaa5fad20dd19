/**
 * Writes nets as ONNX models, which other runtimes execute: {@link dev.voxgrad.nn.onnx.OnnxModel} translates the
 * layers, and {@link dev.voxgrad.nn.onnx.Message} is the part of Protocol Buffers that it requires.
 */
@NullMarked
package dev.voxgrad.nn.onnx;

import org.jspecify.annotations.NullMarked;
