/**
 * Generates reproducible random values. Every stream has a name (seed, epoch, sample, purpose), so values depend
 * neither on threads nor on the order of work.
 *
 * <p>Start with {@link dev.voxgrad.engine.random.RandomStream}; {@link dev.voxgrad.engine.random.RandomPurpose} lists
 * what streams are used for.
 */
@NullMarked
package dev.voxgrad.engine.random;

import org.jspecify.annotations.NullMarked;
