/**
 * The command line {@code medmnist}. {@link dev.voxgrad.medmnist.cli.Main} runs the commands in
 * {@link dev.voxgrad.medmnist.cli.command}, which share options in {@link dev.voxgrad.medmnist.cli.options} and print
 * with the classes of {@link dev.voxgrad.medmnist.cli.ui}.
 *
 * <p>The command line parses, checks and reports. It computes nothing itself: the trainer, the ensembles and the
 * reports can be used without it.
 */
@NullMarked
package dev.voxgrad.medmnist.cli;

import org.jspecify.annotations.NullMarked;
