package dev.voxgrad.medmnist.nets;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ConvolutionMode;
import dev.voxgrad.engine.trace.TraceEvent;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.nn.Layer;

/**
 * Lists a net's layers with their shapes and sizes, as a traced forward pass of one volume shows them. The net may be
 * any graph of layers: a layer that runs its children has a row for each of them, and one for each operation that it
 * applies itself, such as the addition of a residual block.
 *
 * @param rows one per layer or operation, in the order in which they run
 * @param parameters number of trained values in the net, shared ones counted once
 */
public record NetSummary(List<Row> rows, long parameters) {
    /**
     * Describes one layer, or one operation of a layer that has children.
     *
     * @param name as in the weight file; empty outside of the top-level layers that have weights
     * @param layer the layer in words, or the name of the operation
     * @param output shape for a batch of one
     * @param parameters number of values that are trained
     * @param flop floating-point operations of the forward pass of one volume in convolutions and linear layers, a
     *     multiply-add counted as two
     */
    public record Row(String name, String layer, Shape output, long parameters, long flop) {}

    private static final int NAME_WIDTH = 9;
    private static final int LAYER_WIDTH = 62;

    /** Examines a net for such volumes. */
    public static NetSummary of(NetSpec spec, VolumeShape volume, int classes) {
        try (TracedNet net = TracedNet.of(spec, volume, classes, ConvolutionMode.AUTO)) {
            List<Row> rows = new ArrayList<>();
            Set<Layer> counted = Collections.newSetFromMap(new IdentityHashMap<>());
            Set<String> weighted = net.net().stateDict().keySet().stream()
                    .map(NetSummary::topLevel)
                    .collect(Collectors.toSet());
            List<TraceEvent> events = net.forward();
            for (int i = 0; i < events.size(); i++) {
                TraceEvent event = events.get(i);
                Layer layer = net.layer(event.layer());
                Layer whole = layer != null && layer.children().isEmpty() ? layer : null;
                long flop = event.work().directFlop();
                while (whole != null
                        && i + 1 < events.size()
                        && events.get(i + 1).layer().equals(event.layer())) {
                    event = events.get(++i);
                    flop += event.work().directFlop();
                }
                rows.add(new Row(
                        weighted.contains(topLevel(event.layer())) ? event.layer() : "",
                        whole != null ? whole.toString() : event.op(),
                        Objects.requireNonNull(event.output()),
                        layer != null && counted.add(layer) ? parametersOf(layer) : 0,
                        flop));
            }
            return new NetSummary(
                    List.copyOf(rows), elements(net.net().parameters().values()));
        }
    }

    private static String topLevel(String name) {
        return name.split("\\.", 2)[0];
    }

    private static long parametersOf(Layer layer) {
        return elements(layer.ownParameters().values());
    }

    private static long elements(Iterable<Tensor> tensors) {
        long sum = 0;
        for (Tensor tensor : tensors) {
            sum += tensor.shape().elements();
        }
        return sum;
    }

    /** Returns the operations of the forward pass of one volume; a training step takes three times as many. */
    public long flop() {
        return rows.stream().mapToLong(Row::flop).sum();
    }

    /** Returns a table for the terminal. */
    public String toText() {
        int nameWidth = rows.stream().mapToInt(row -> row.name.length()).reduce(NAME_WIDTH, Math::max);
        int layerWidth = rows.stream().mapToInt(row -> row.layer.length()).reduce(LAYER_WIDTH, Math::max);
        String format = "%-" + nameWidth + "s  %-" + layerWidth + "s  %-18s  %10s  %9s%n";
        StringBuilder text = new StringBuilder();
        text.append(String.format(Locale.ROOT, format, "name", "layer", "output", "parameters", "MFLOP"));
        for (Row row : rows) {
            text.append(String.format(
                    Locale.ROOT, format, row.name, row.layer, row.output, count(row.parameters), mega(row.flop)));
        }
        text.append(String.format(Locale.ROOT, format, "total", "", "", count(parameters), mega(flop())));
        return text.toString();
    }

    private static String count(long number) {
        return number == 0 ? "" : String.format(Locale.ROOT, "%,d", number);
    }

    private static String mega(long flop) {
        return flop == 0 ? "" : String.format(Locale.ROOT, "%,.2f", flop / 1e6);
    }
}
