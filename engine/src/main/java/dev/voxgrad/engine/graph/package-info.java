/**
 * Draws the graph below a tensor. {@link dev.voxgrad.engine.graph.Graph} walks from a result to all tensors that it was
 * computed from and writes them as DOT or SVG; {@link dev.voxgrad.engine.graph.LayeredLayout} decides where each is
 * drawn.
 */
@NullMarked
package dev.voxgrad.engine.graph;

import org.jspecify.annotations.NullMarked;
