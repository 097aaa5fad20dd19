/**
 * Settings of a run: everything that decides its outcome, recorded in {@code run.json}. Start with
 * {@link dev.voxgrad.medmnist.train.settings.TrainSettings}; {@code TrainingOptions} are what can be added to the
 * original study's plain training. Nothing here knows the trainer or the run's folder.
 */
@NullMarked
package dev.voxgrad.medmnist.train.settings;

import org.jspecify.annotations.NullMarked;
