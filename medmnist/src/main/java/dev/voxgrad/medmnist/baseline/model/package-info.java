/**
 * Classical models: logistic regression, ensembles of trees, nearest neighbours and principal components. A
 * {@link dev.voxgrad.medmnist.baseline.model.ModelSpec} says what is fitted, a
 * {@link dev.voxgrad.medmnist.baseline.model.FittedModel} is the result. Everything is computed in double precision,
 * and depends on the rows, the labels and the seed alone, not on the number of threads.
 */
@NullMarked
package dev.voxgrad.medmnist.baseline.model;

import org.jspecify.annotations.NullMarked;
