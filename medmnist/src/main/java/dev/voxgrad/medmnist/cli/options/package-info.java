/**
 * Groups of options that several commands share, or that belong together, such as
 * {@link dev.voxgrad.medmnist.cli.options.DataOptions} and {@link dev.voxgrad.medmnist.cli.options.DeviceOptions}.
 *
 * <p>Each class declares its options, checks them, and turns them into the objects that they describe. Wrong values are
 * {@link picocli.CommandLine.ParameterException}s, which end a command with exit code 2. An option that was not given
 * is null.
 */
@NullMarked
package dev.voxgrad.medmnist.cli.options;

import org.jspecify.annotations.NullMarked;
