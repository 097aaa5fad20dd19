/**
 * Ensembles of a run's models: loading their logits, finding weights and temperatures, evaluating, and reporting. Start
 * reading at {@link dev.voxgrad.medmnist.ensemble.Evaluation}, which does all of it in order.
 */
@NullMarked
package dev.voxgrad.medmnist.ensemble;

import org.jspecify.annotations.NullMarked;
