/**
 * Forms of the command line's help: the sections of {@code --help}, and man pages. Start with
 * {@link dev.voxgrad.medmnist.cli.help.HelpSections}.
 */
@NullMarked
package dev.voxgrad.medmnist.cli.help;

import org.jspecify.annotations.NullMarked;
