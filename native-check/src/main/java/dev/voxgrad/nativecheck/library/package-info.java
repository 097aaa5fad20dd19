/**
 * Finds CUDA's libraries and JCuda's jars without loading them.
 *
 * <p>{@link dev.voxgrad.nativecheck.library.NativeLibrary} lists the libraries that the trainer loads;
 * {@link dev.voxgrad.nativecheck.library.LibraryPath} searches for files like Linux's loader, and
 * {@link dev.voxgrad.nativecheck.library.Elf} reads what they depend on.
 * {@link dev.voxgrad.nativecheck.library.LibraryCache} unpacks libraries for a machine that has only a driver.
 */
@NullMarked
package dev.voxgrad.nativecheck.library;

import org.jspecify.annotations.NullMarked;
