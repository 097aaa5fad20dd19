/**
 * Reads what the operating system reports about the machine: processor, container limits, mounts, folders, commands.
 *
 * <p>Everything here tolerates any input: missing, malformed, endless or binary. Start with
 * {@link dev.voxgrad.nativecheck.machine.SystemText}.
 */
@NullMarked
package dev.voxgrad.nativecheck.machine;

import org.jspecify.annotations.NullMarked;
