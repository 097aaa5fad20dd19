/**
 * Checks Java, the processor, memory and the folder for temporary files.
 */
@NullMarked
package dev.voxgrad.nativecheck.check.machine;

import org.jspecify.annotations.NullMarked;
