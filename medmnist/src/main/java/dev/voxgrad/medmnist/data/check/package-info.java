/**
 * Checks a file of volumes before anything is trained on it: blank and doubled volumes, NaN,
 * missing classes, suspicious ranges. Start with {@link dev.voxgrad.medmnist.data.check.SetCheck}.
 */
@NullMarked
package dev.voxgrad.medmnist.data.check;

import org.jspecify.annotations.NullMarked;
