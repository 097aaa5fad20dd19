/**
 * Scans in the NIfTI format: a reader of NIfTI-1 and NIfTI-2, and a writer of NIfTI-1. Start reading at {@link
 * dev.voxgrad.medmnist.nifti.NiftiFile}; {@link dev.voxgrad.medmnist.nifti.Orientation} turns voxel axes to those of
 * the patient.
 */
@NullMarked
package dev.voxgrad.medmnist.nifti;

import org.jspecify.annotations.NullMarked;
