package dev.voxgrad.engine.trace;

import java.util.List;

/**
 * Describes a parallel loop of an operation, task by task.
 *
 * @param layer full name of the layer
 * @param op the operation's name
 * @param taskNanos how long each task took, in the order in which threads take them
 */
public record LoopEvent(String layer, String op, Pass pass, List<Long> taskNanos) {}
