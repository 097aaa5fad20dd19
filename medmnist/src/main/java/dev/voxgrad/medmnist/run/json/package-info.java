/**
 * The JSON form of a run's records. {@link dev.voxgrad.medmnist.run.json.RunJson} reads and writes them, and names the
 * field that an edited or damaged file lacks.
 */
@NullMarked
package dev.voxgrad.medmnist.run.json;

import org.jspecify.annotations.NullMarked;
