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
 * A net on the CPU that is run to learn which operations it applies, in which layers and on which shapes. Its layers run
 * one by one, never fused, so that each has its own events.
 */
final class TracedNet implements AutoCloseable {
    private final CpuDevice device;
    private final VolumeShape volume;
    private final Layer net;
    private final Map<String, Layer> layers;

    TracedNet(NetSpec spec, VolumeShape volume, int classes, ConvolutionMode convolution) {
        this.device = new CpuDevice(1, convolution, false);
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
        return record(input -> {
            try (var _ = Scope.withoutGradients()) { // without a graph, activations are released at once
                net.forward(input);
            }
        });
    }

    /** Returns all operations of the backward pass of one volume. */
    List<TraceEvent> backward() {
        return record(input -> {
                    try (var _ = Scope.open()) {
                        net.forward(input).crossEntropy(new int[] {0}).backward();
                    }
                })
                .stream()
                .filter(event -> event.pass() != Pass.FORWARD)
                .toList();
    }

    private List<TraceEvent> record(Consumer<Tensor> run) {
        int edge = volume.edge();
        Tensor input = Tensor.zeros(device, Shape.of(1, volume.channels(), edge, edge, edge));
        Recorder recorder = new Recorder();
        device.traceTo(recorder);
        try {
            run.accept(input);
        } finally {
            device.traceTo(null);
        }
        return recorder.takeEvents().stream()
                .filter(event -> !event.container())
                .toList();
    }

    @Override
    public void close() {
        device.close();
    }
}
