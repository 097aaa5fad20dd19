/**
 * Represents the devices that tensors live on: the CPU, NVIDIA GPUs, and a reference device that defines every result
 * in double precision. Start reading with {@link dev.voxgrad.engine.device.Device}. The helpers of the CPU's kernels
 * are in {@code device.cpu}, the ones of a GPU's kernels in {@code device.cuda}.
 *
 * <p>A device allocates memory, copies values and runs tasks or launches; it knows no operation.
 */
@NullMarked
package dev.voxgrad.engine.device;

import org.jspecify.annotations.NullMarked;
