/**
 * Helpers for files, and the exceptions whose messages are complete for a user at the command line.
 *
 * <p>Start with {@link dev.voxgrad.medmnist.io.DataException} and {@link dev.voxgrad.medmnist.io.AtomicFile}.
 */
@NullMarked
package dev.voxgrad.medmnist.io;

import org.jspecify.annotations.NullMarked;
