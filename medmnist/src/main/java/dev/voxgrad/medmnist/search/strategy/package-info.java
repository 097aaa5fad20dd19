/**
 * Decides what a search trains next: pure functions of the trials so far. Start reading at
 * {@link dev.voxgrad.medmnist.search.strategy.Strategy}.
 */
@NullMarked
package dev.voxgrad.medmnist.search.strategy;

import org.jspecify.annotations.NullMarked;
