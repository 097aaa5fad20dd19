/**
 * Implements the activation functions.
 *
 * <p>Each operation has the same five files. Start with {@link dev.voxgrad.engine.op.activation.ReluOp}, which states
 * the formula and its gradient; {@code ReluKernels} picks the implementation for a device; {@code ReluReference} is
 * the plain loop that {@code ReluCpu} and {@code ReluCuda} (with {@code activation.cu}) are tested against.
 */
@NullMarked
package dev.voxgrad.engine.op.activation;

import org.jspecify.annotations.NullMarked;
