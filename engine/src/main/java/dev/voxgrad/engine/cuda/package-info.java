/**
 * Loads NVIDIA's libraries. The packages below wrap them, one library each, with Java types and exceptions instead of
 * handles and status codes: {@code driver} (devices, streams, memory, graphs), {@code nvrtc} (compiler of kernels),
 * {@code cublas} (matrix products) and {@code cudnn} (convolutions). No other package calls native code.
 */
@NullMarked
package dev.voxgrad.engine.cuda;

import org.jspecify.annotations.NullMarked;
