/**
 * NumPy's file formats: {@code .npy} arrays and {@code .npz} archives of them.
 *
 * <p>Nothing in a file is trusted: every size is checked before memory is allocated for it. Start with
 * {@link dev.voxgrad.medmnist.data.npz.NpzFile}.
 */
@NullMarked
package dev.voxgrad.medmnist.data.npz;

import org.jspecify.annotations.NullMarked;
