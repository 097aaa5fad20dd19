package dev.voxgrad.medmnist.nets;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ConvolutionMode;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.trace.Pass;
import dev.voxgrad.engine.trace.Recorder;
import dev.voxgrad.engine.trace.TraceEvent;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.Named;

/**
 * Runs a net on the CPU to learn which operations it applies, in which layers and on which shapes. Its layers run one
 * by one, so that each has its own events, except to learn which of them can run fused.
 */
final class TracedNet implements AutoCloseable {
    /** Name of the operation that computes a fused block of layers. */
    private static final String FUSED_OP = "convBlock";

    private final CpuDevice device;
    private final VolumeShape volume;
    private final Layer net;
    private final Map<String, Layer> layers;

    private TracedNet(NetSpec spec, VolumeShape volume, int classes, ConvolutionMode convolution, boolean fusion) {
        this.device = new CpuDevice(1, convolution, fusion);
        this.volume = volume;
        try {
            this.net = spec.build(device, volume, classes);
        } catch (RuntimeException e) {
            device.close();
            throw e;
        }
        net.eval();
        this.layers = Named.layers(net);
    }

    /** Builds a net whose layers run one by one. */
    static TracedNet of(NetSpec spec, VolumeShape volume, int classes, ConvolutionMode convolution) {
        return new TracedNet(spec, volume, classes, convolution, false);
    }

    /** Returns the names of the layers that run fused, each from the first to the last of a block: "layer1.0-6". */
    static List<String> fusedLayers(NetSpec spec, VolumeShape volume, int classes) {
        try (TracedNet net = new TracedNet(spec, volume, classes, ConvolutionMode.AUTO, true)) {
            return net.predict().stream()
                    .filter(event -> event.op().equals(FUSED_OP))
                    .map(TraceEvent::layer)
                    .distinct()
                    .toList();
        }
    }

    CpuDevice device() {
        return device;
    }

    Layer net() {
        return net;
    }

    /** Returns the layer of that full name; null if the net has none, or does not list it as a child. */
    @Nullable
    Layer layer(String name) {
        return layers.get(name);
    }

    /** Returns all operations of a forward pass of one volume, in order. */
    List<TraceEvent> forward() {
        return predict().stream().filter(event -> !event.container()).toList();
    }

    private List<TraceEvent> predict() {
        return trace(input -> {
            try (var _ = Scope.withoutGradients()) { // without a graph, activations are released at once
                net.forward(input);
            }
        });
    }

    /** Returns all operations of the backward pass of one volume. */
    List<TraceEvent> backward() {
        return trace(input -> {
                    try (var _ = Scope.open()) {
                        net.forward(input).crossEntropy(new int[] {0}).backward();
                    }
                })
                .stream()
                .filter(event -> event.pass() != Pass.FORWARD && !event.container())
                .toList();
    }

    private List<TraceEvent> trace(Consumer<Tensor> run) {
        Shape shape = Shape.of(1, volume.channels(), volume.x(), volume.y(), volume.z());
        Tensor input = Tensor.zeros(device, shape);
        Recorder recorder = new Recorder();
        device.traceTo(recorder);
        try {
            run.accept(input);
        } finally {
            device.traceTo(null);
        }
        return recorder.takeEvents();
    }

    @Override
    public void close() {
        device.close();
    }
}
