/**
 * Where a run's volumes come from: an official set, a file of the user's own, or code that makes them. Start with
 * {@link dev.voxgrad.medmnist.data.source.DataSource}.
 */
@NullMarked
package dev.voxgrad.medmnist.data.source;

import org.jspecify.annotations.NullMarked;
