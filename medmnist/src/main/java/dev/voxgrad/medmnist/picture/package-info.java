/**
 * Pictures of volumes as PNG files. Start reading at {@link dev.voxgrad.medmnist.picture.SliceMontage}.
 */
@NullMarked
package dev.voxgrad.medmnist.picture;

import org.jspecify.annotations.NullMarked;
