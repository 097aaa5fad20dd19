package dev.voxgrad.engine.trace;

import org.jspecify.annotations.Nullable;

/** Represents something whose work can be traced: a device. */
public interface TraceSource {
    /** Returns the recorder that receives the trace, or null (the default) while nothing is traced. */
    @Nullable
    Recorder recorder();
}
