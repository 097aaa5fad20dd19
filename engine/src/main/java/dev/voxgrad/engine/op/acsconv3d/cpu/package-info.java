/**
 * ACS convolution on the CPU. {@link dev.voxgrad.engine.op.acsconv3d.cpu.TiledAcsConv3d} is what fused blocks use.
 */
@NullMarked
package dev.voxgrad.engine.op.acsconv3d.cpu;

import org.jspecify.annotations.NullMarked;
