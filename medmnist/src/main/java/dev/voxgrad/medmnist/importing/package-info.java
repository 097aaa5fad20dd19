/**
 * Volumes for training from a folder of scans and a table of labels. Start reading at
 * {@link dev.voxgrad.medmnist.importing.SetImport}, which makes a whole set, and at
 * {@link dev.voxgrad.medmnist.importing.ScanPreparer}, which makes one volume.
 */
@NullMarked
package dev.voxgrad.medmnist.importing;

import org.jspecify.annotations.NullMarked;
