/**
 * Differentiates: {@link dev.voxgrad.engine.autograd.Op} is what an operation must define,
 * {@link dev.voxgrad.engine.autograd.Node} the graph, and {@link dev.voxgrad.engine.autograd.Backward} the walk through
 * it that applies the chain rule. Start reading with {@code Op}.
 */
@NullMarked
package dev.voxgrad.engine.autograd;

import org.jspecify.annotations.NullMarked;
