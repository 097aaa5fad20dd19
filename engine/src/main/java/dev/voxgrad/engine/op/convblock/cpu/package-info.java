/**
 * The fused block on the CPU: {@link dev.voxgrad.engine.op.convblock.cpu.TrainingForward},
 * {@link dev.voxgrad.engine.op.convblock.cpu.InferenceForward} and
 * {@link dev.voxgrad.engine.op.convblock.cpu.ConvBlockBackward} let the tiled convolution read and write through
 * {@link dev.voxgrad.engine.op.convblock.cpu.NormRelu} and
 * {@link dev.voxgrad.engine.op.convblock.cpu.NormResidual}, which compute batch norm and ReLU of a few rows that are in
 * cache.
 */
@NullMarked
package dev.voxgrad.engine.op.convblock.cpu;

import org.jspecify.annotations.NullMarked;
