/**
 * Reads and writes the files of PyTorch's {@code torch.save}, without running anything in them.
 *
 * <p>Such a file contains a pickle, which is a program, and the values of the tensors. {@link
 * dev.voxgrad.nn.weights.torch.Unpickler} executes only the instructions that build numbers, text, lists and
 * dictionaries; {@link dev.voxgrad.nn.weights.torch.TorchObjects} lists the few functions and classes that it may name,
 * and none of them is code of the file. Start with {@link dev.voxgrad.nn.weights.torch.TorchFile}.
 */
@NullMarked
package dev.voxgrad.nn.weights.torch;

import org.jspecify.annotations.NullMarked;
