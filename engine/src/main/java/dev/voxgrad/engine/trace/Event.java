package dev.voxgrad.engine.trace;

import java.util.List;

import dev.voxgrad.engine.Shape;

/**
 * One pass of one operation, done: a {@link Span} that was closed.
 *
 * @param layer full name of the layer that asked for it, {@code layer1.0}; empty outside of any
 * @param op the operation's name
 * @param inputs shapes of its inputs
 * @param output shape of its result; null for an update
 * @param start {@link System#nanoTime} at the beginning
 * @param nanos how long it took
 * @param thread name of the thread that called it
 * @param container true if other spans lie within this one: its time and work are theirs too
 */
public record Event(
        String layer,
        String op,
        Pass pass,
        List<Shape> inputs,
        Shape output,
        Work work,
        long start,
        long nanos,
        String thread,
        boolean container) {}
