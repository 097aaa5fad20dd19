/**
 * Profiles of nets on the CPU: recording, a table for the terminal, and a file for trace viewers. Start reading at
 * {@link dev.voxgrad.medmnist.profile.Profiler}.
 */
@NullMarked
package dev.voxgrad.medmnist.profile;

import org.jspecify.annotations.NullMarked;
