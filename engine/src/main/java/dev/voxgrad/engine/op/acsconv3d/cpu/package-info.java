/**
 * Copies the weights of ACS convolutions on the CPU. {@link dev.voxgrad.engine.op.conv3d.cpu.acs.TiledAcsConv3d} is
 * what fused blocks use.
 */
@NullMarked
package dev.voxgrad.engine.op.acsconv3d.cpu;

import org.jspecify.annotations.NullMarked;
