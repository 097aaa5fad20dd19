package dev.voxgrad.engine.trace;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Shape;

/**
 * Reports what operations and layers do to a {@link Recorder}. While a device has none, each of these methods reads one
 * field and returns null, which {@code try} accepts as a resource that needs no closing:
 *
 * <pre>{@code
 * try (var _ = Trace.layer(device, "0"); var _ = Trace.span(device, "normRelu", Pass.FORWARD, work, shape)) {
 *     … // the kernel
 * }
 * }</pre>
 *
 * <p>An operation's forward and backward as a whole are traced where operations are applied, by
 * {@code autograd.OpTrace}; only kernels within them that deserve a row of their own open further spans.
 */
public final class Trace {
    private Trace() {}

    /** Opens a span for something that is not an operation, or for a kernel that does another operation's work. */
    public static @Nullable Span span(TraceSource source, String name, Pass pass, Work work, Shape input) {
        Recorder recorder = source.recorder();
        return recorder == null ? null : recorder.open(name, pass, work, input);
    }

    /**
     * Opens a span for a part of the pass that is running on this thread, such as one of several gradients. It takes
     * the name and the shapes of that pass; if none is running, nothing is traced.
     */
    public static @Nullable Span part(TraceSource source, Pass pass, Work work) {
        Recorder recorder = source.recorder();
        return recorder == null ? null : recorder.openPart(pass, work);
    }

    /** Names a layer until it is closed; nested names are joined by dots. */
    public static @Nullable LayerName layer(TraceSource source, String name) {
        Recorder recorder = source.recorder();
        return recorder == null ? null : recorder.enter(name);
    }

    /** Names layers that run as one, from the first to the last: {@code 0-6}. */
    public static @Nullable LayerName layers(TraceSource source, String first, String last) {
        Recorder recorder = source.recorder();
        return recorder == null ? null : recorder.enter(first + "-" + last);
    }

    /** Returns the full name of the layer that is running on this thread, or null while nothing is traced. */
    public static @Nullable String currentLayer(TraceSource source) {
        Recorder recorder = source.recorder();
        return recorder == null ? null : recorder.layer();
    }
}
