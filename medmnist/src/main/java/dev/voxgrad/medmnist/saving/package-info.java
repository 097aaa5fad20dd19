/**
 * Files of a set's volumes for people and other programs: an animation, slices or a scan for each volume, with
 * MedMNIST's CSV, and overviews of many volumes. Start reading at {@link dev.voxgrad.medmnist.saving.VolumeSaver}.
 */
@NullMarked
package dev.voxgrad.medmnist.saving;

import org.jspecify.annotations.NullMarked;
