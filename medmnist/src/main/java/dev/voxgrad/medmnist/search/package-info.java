/**
 * A search for good settings: its folder, which several processes share, and the worker that trains its trials. Start
 * reading at {@link dev.voxgrad.medmnist.search.SearchFiles}.
 */
@NullMarked
package dev.voxgrad.medmnist.search;

import org.jspecify.annotations.NullMarked;
