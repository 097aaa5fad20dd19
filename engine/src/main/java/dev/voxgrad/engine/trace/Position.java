package dev.voxgrad.engine.trace;

/** Where a thread is: in which layer, and in which span. */
final class Position {
    /** Full name; empty outside of any layer. */
    String layer = "";
    /** The innermost open span; null outside of any. */
    Span span;
    /** True within a parallel loop that is being timed. */
    boolean inLoop;
}
