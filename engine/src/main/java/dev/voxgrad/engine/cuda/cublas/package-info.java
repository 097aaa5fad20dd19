/** Wraps cuBLAS's matrix products; see {@link dev.voxgrad.engine.cuda.cublas.Cublas}. */
@NullMarked
package dev.voxgrad.engine.cuda.cublas;

import org.jspecify.annotations.NullMarked;
