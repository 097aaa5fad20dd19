/**
 * Compares the ways to search for good settings by the epochs that they need.
 *
 * <p>The command is {@code bench/bin/searches}; start with {@link dev.voxgrad.bench.search.SearchesCommand}.
 */
@NullMarked
package dev.voxgrad.bench.search;

import org.jspecify.annotations.NullMarked;
