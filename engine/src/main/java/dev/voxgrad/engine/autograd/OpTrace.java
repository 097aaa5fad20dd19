package dev.voxgrad.engine.autograd;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.trace.OpCall;
import dev.voxgrad.engine.trace.Pass;
import dev.voxgrad.engine.trace.Recorder;
import dev.voxgrad.engine.trace.Span;

/**
 * Traces operations where they are applied, so that no operation needs to trace itself. While a device has no recorder,
 * this costs one field read and allocates nothing.
 */
public final class OpTrace {
    private OpTrace() {}

    /** Opens the span of one pass of {@code op}, within the layer that applied it; null while nothing is traced. */
    public static @Nullable Span span(Device device, Op op, Pass pass, Context context) {
        Recorder recorder = device.recorder();
        if (recorder == null) {
            return null;
        }
        OpCall call = context.call();
        String layer = context.layer() == null ? "" : context.layer(); // null if tracing started after the forward
        return recorder.open(layer, op.name(), pass, call.inputs(), call.output(), Profiled.of(op, device, pass, call));
    }
}
