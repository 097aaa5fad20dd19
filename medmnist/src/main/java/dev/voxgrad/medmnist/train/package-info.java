/**
 * The trainer: members, epochs and steps. Start with {@link dev.voxgrad.medmnist.train.Trainer}, whose comment shows
 * the nested loops; {@code MemberTraining} is one member, {@code TrainingStep} one step. Files are written by the
 * package {@code run}, settings are in {@code train.settings}.
 */
@NullMarked
package dev.voxgrad.medmnist.train;

import org.jspecify.annotations.NullMarked;
