/**
 * Loads NVIDIA's libraries. The packages below wrap them, one library each, with Java types and exceptions instead of
 * handles and status codes: {@code driver} (devices, streams, memory, graphs) through JCuda, {@code cudnn}
 * (convolutions) through JCudnn, {@code cublas} (matrix products) through JCublas or the JDK's foreign functions, and
 * {@code nvrtc} (compiler of kernels) through the latter. No other package calls native code.
 */
@NullMarked
package dev.voxgrad.engine.cuda;

import org.jspecify.annotations.NullMarked;
