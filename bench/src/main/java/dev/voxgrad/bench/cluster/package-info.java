/** Simulates how long the members of a run take on the machines of a cluster. */
@NullMarked
package dev.voxgrad.bench.cluster;

import org.jspecify.annotations.NullMarked;
