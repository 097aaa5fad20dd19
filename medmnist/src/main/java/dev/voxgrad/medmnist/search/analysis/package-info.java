/**
 * Says what the results of a search mean: how much each dimension matters. Start reading at
 * {@link dev.voxgrad.medmnist.search.analysis.Importance}.
 */
@NullMarked
package dev.voxgrad.medmnist.search.analysis;

import org.jspecify.annotations.NullMarked;
