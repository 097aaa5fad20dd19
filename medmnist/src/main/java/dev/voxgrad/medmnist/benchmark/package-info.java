/**
 * MedMNIST's benchmark: published results, and runs of the same methods in folders of their own, evaluated and put
 * together in one table. Start reading at {@link dev.voxgrad.medmnist.benchmark.BenchmarkFolder}.
 */
@NullMarked
package dev.voxgrad.medmnist.benchmark;

import org.jspecify.annotations.NullMarked;
