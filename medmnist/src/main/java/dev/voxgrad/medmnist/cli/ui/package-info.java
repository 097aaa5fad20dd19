/**
 * What users see: lines and a status line on the {@link dev.voxgrad.medmnist.cli.ui.Console}, the progress of a run,
 * messages about failures, and the handling of Ctrl-C.
 *
 * <p>All output of commands passes through {@link dev.voxgrad.medmnist.cli.ui.VisibleWriter}, so that text from files
 * and servers cannot control the terminal.
 */
@NullMarked
package dev.voxgrad.medmnist.cli.ui;

import org.jspecify.annotations.NullMarked;
