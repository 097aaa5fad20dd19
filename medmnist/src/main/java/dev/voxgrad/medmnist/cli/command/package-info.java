/**
 * The commands, one class each, with their {@code --help}.
 *
 * <p>Start reading at {@link dev.voxgrad.medmnist.cli.command.EvaluateCommand}, which is short, or at
 * {@link dev.voxgrad.medmnist.cli.command.TrainCommand}, which starts, resumes and tries out runs;
 * {@link dev.voxgrad.medmnist.cli.command.TrainingSession} hands them to the trainer.
 */
@NullMarked
package dev.voxgrad.medmnist.cli.command;

import org.jspecify.annotations.NullMarked;
