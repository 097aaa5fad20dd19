/**
 * Judges what was seen on a machine.
 *
 * <p>Each {@link dev.voxgrad.nativecheck.check.Check} is a record of observations, so that tests can describe machines
 * that do not exist. {@link dev.voxgrad.nativecheck.check.Rows} runs checks and collects their findings.
 */
@NullMarked
package dev.voxgrad.nativecheck.check;

import org.jspecify.annotations.NullMarked;
