/**
 * Checks the GPU's driver, JCuda's jars, CUDA's libraries, their versions, and the results of the smoke tests.
 */
@NullMarked
package dev.voxgrad.nativecheck.check.cuda;

import org.jspecify.annotations.NullMarked;
