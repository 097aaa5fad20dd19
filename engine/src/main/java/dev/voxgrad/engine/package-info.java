/**
 * Contains what every user of the engine needs: {@link dev.voxgrad.engine.Tensor} with its operations,
 * {@link dev.voxgrad.engine.Shape}, and {@link dev.voxgrad.engine.Scope}, which frees a training step's memory. Start
 * reading with {@code Tensor}.
 *
 * <p>A tensor's operations are in {@code op}, one package each; how they are differentiated is in {@code autograd}, and
 * where they run in {@code device}. These four know one another, since {@code x.relu()} must reach the kernels of ReLU:
 * this is the only circle between packages that is tolerated.
 */
@NullMarked
package dev.voxgrad.engine;

import org.jspecify.annotations.NullMarked;
