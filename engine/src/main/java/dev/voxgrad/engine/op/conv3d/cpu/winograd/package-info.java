/**
 * Convolution with 3×3×3 kernels by Winograd's minimal filtering. Start with
 * {@link dev.voxgrad.engine.op.conv3d.cpu.winograd.Winograd}, which has the formulas and a drawing of the tiles.
 */
@NullMarked
package dev.voxgrad.engine.op.conv3d.cpu.winograd;

import org.jspecify.annotations.NullMarked;
