/**
 * Describes what a search chooses from: the settings of a training, their ranges and which of them depend on others.
 * Start reading at {@link dev.voxgrad.medmnist.search.space.Space}.
 */
@NullMarked
package dev.voxgrad.medmnist.search.space;

import org.jspecify.annotations.NullMarked;
