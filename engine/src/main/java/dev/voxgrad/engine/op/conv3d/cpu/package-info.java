/**
 * Convolution on the CPU. {@link dev.voxgrad.engine.op.conv3d.cpu.Conv3dCpu} is the unfused operation;
 * {@link dev.voxgrad.engine.op.conv3d.cpu.TiledConv3d} is the form that fused operations are built from, whose input
 * and output pass through {@link dev.voxgrad.engine.op.conv3d.cpu.VoxelReader},
 * {@link dev.voxgrad.engine.op.conv3d.cpu.PlaneWriter} and their like while they are in cache. The algorithms are in
 * packages of their own, such as {@code direct}, {@code planar} and {@code winograd}.
 */
@NullMarked
package dev.voxgrad.engine.op.conv3d.cpu;

import org.jspecify.annotations.NullMarked;
