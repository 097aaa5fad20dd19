/**
 * Reads and writes weights in the safetensors format, and adapts the weights of other libraries to a net.
 *
 * <p>Start with {@link dev.voxgrad.nn.weights.WeightsFile}.
 */
@NullMarked
package dev.voxgrad.nn.weights;

import org.jspecify.annotations.NullMarked;
