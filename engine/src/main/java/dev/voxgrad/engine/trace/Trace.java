package dev.voxgrad.engine.trace;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.autograd.Op;
import dev.voxgrad.engine.device.Device;

/**
 * What operations and layers say of themselves to a {@link Recorder}. While a device has none, each of these methods
 * reads one field and returns null, which {@code try} takes as a resource that needs no closing:
 *
 * <pre>{@code
 * try (var _ = Trace.layer(device, "0"); var _ = Trace.span(device, conv, Pass.FORWARD, output, input, weight)) {
 *     … // the kernel
 * }
 * }</pre>
 *
 * <p>An operation's forward and backward as a whole are recorded where operations are applied; an operation opens
 * spans of its own only for kernels within them that deserve a row each.
 */
public final class Trace {
    private Trace() {}

    /** Opens the span of a pass of an operation, within the layer that applied it. */
    public static Span span(Device device, Op op, Pass pass, Context context) {
        Recorder recorder = device.recorder();
        return recorder == null ? null : recorder.open(device, op, pass, context);
    }

    /**
     * Opens a span for a kernel that stands for a pass of {@code op}, of which only the shapes are known; all inputs'
     * gradients count as wanted. For operations that do others' work.
     */
    public static Span span(Device device, Op op, Pass pass, Shape output, Shape... inputs) {
        Recorder recorder = device.recorder();
        return recorder == null ? null : recorder.open(device, op, pass, output, inputs);
    }

    /** Opens a span for something that is no operation. */
    public static Span span(Device device, String name, Pass pass, Work work, Shape input) {
        Recorder recorder = device.recorder();
        return recorder == null ? null : recorder.open(name, pass, work, input);
    }

    /** Names a layer until it is closed; names within names are joined by dots. */
    public static LayerName layer(Device device, String name) {
        Recorder recorder = device.recorder();
        return recorder == null ? null : recorder.enter(name);
    }

    /** Names layers that are run as one, from the first to the last: {@code 0-6}. */
    public static LayerName layers(Device device, String first, String last) {
        Recorder recorder = device.recorder();
        return recorder == null ? null : recorder.enter(first + "-" + last);
    }

    /** The full name of the layer that is running on this thread; null where nothing is recorded. */
    public static String currentLayer(Device device) {
        Recorder recorder = device.recorder();
        return recorder == null ? null : recorder.layer();
    }
}
