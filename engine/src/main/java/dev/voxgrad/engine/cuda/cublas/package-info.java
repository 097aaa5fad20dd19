/**
 * Wraps cuBLAS's matrix products in one interface, {@link dev.voxgrad.engine.cuda.cublas.Cublas}, with two bindings:
 * JCublas where the library of CUDA 12 is installed, and the JDK's foreign functions where only that of CUDA 13 is.
 */
@NullMarked
package dev.voxgrad.engine.cuda.cublas;

import org.jspecify.annotations.NullMarked;
