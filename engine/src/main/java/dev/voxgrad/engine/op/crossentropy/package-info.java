/**
 * Implements the losses for classification: cross-entropy of classes, and binary cross-entropy of labels.
 *
 * <p>Start with {@link dev.voxgrad.engine.op.crossentropy.CrossEntropyOp}.
 */
@NullMarked
package dev.voxgrad.engine.op.crossentropy;

import org.jspecify.annotations.NullMarked;
