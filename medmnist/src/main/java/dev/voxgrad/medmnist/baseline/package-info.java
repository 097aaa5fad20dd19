/**
 * Baselines: classical models on features of the volumes, which show whether a deep net is needed. Start with
 * {@link dev.voxgrad.medmnist.baseline.BaselineFiles}, whose comment lists the files of a baseline's folder.
 */
@NullMarked
package dev.voxgrad.medmnist.baseline;

import org.jspecify.annotations.NullMarked;
