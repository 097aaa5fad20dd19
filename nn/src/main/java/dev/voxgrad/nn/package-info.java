/**
 * Neural nets built from layers, with PyTorch's names and defaults: {@link dev.voxgrad.nn.Conv3d},
 * {@link dev.voxgrad.nn.BatchNorm3d}, {@link dev.voxgrad.nn.Sequential} and so on. Start with
 * {@link dev.voxgrad.nn.Layer}, which shows how to write a layer; {@link dev.voxgrad.nn.Chain} runs layers one after
 * the other, and fuses them where it can. Losses, optimisers and weight files have packages of their own.
 */
@NullMarked
package dev.voxgrad.nn;

import org.jspecify.annotations.NullMarked;
