/**
 * Convolution with kernels that are 3×3 in a plane, or 3×3×3, by Winograd's minimal filtering with large tiles. Start
 * with {@link dev.voxgrad.engine.op.conv3d.cpu.planar.Planar}, which has the formulas, the order of work and the
 * sources.
 */
@NullMarked
package dev.voxgrad.engine.op.conv3d.cpu.planar;

import org.jspecify.annotations.NullMarked;
