package dev.voxgrad.engine.trace;

import org.jspecify.annotations.Nullable;

/** Tracks where a thread is: in which layer, and in which span. */
final class Position {
    /** Full name of the layer; empty outside of any. */
    String layer = "";
    /** The innermost open span; null outside of any. */
    @Nullable
    Span span;
    /** True within a parallel loop that is being timed. */
    boolean inLoop;
}
