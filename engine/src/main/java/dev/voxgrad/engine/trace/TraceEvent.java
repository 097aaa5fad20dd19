package dev.voxgrad.engine.trace;

import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Shape;

/**
 * Describes one finished pass of one operation: a {@link Span} that was closed.
 *
 * @param layer full name of the layer that applied the operation, {@code layer1.0}; empty outside of any
 * @param op the operation's name
 * @param inputs shapes of its inputs
 * @param output shape of its result; null for an update
 * @param start {@link System#nanoTime} at the start
 * @param nanos how long it took
 * @param thread name of the thread that called it
 * @param container true if this span contains other spans; its time and work include theirs
 */
public record TraceEvent(
        String layer,
        String op,
        Pass pass,
        List<Shape> inputs,
        @Nullable Shape output,
        Work work,
        long start,
        long nanos,
        String thread,
        boolean container) {}
