package dev.voxgrad.medmnist.nets;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.nn.Conv3d;
import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.Linear;
import dev.voxgrad.nn.Sequential;

/**
 * What a net is made of, found by running one volume through it layer by layer.
 *
 * @param rows one per layer, in order
 */
public record NetSummary(List<Row> rows) {
    /**
     * One layer.
     *
     * @param name as in the weight file; empty for the layers between the stages, which have no weights
     * @param output shape for a batch of one
     * @param parameters numbers that are trained
     * @param flop floating-point operations of the forward pass of one volume in convolutions and linear layers, a
     *     multiply-add counted as two
     */
    public record Row(String name, String layer, Shape output, long parameters, long flop) {}

    /** Examines a net for volumes of that many channels and that edge. */
    public static NetSummary of(NetSpec spec, int channels, int edge, int classes) {
        List<Row> rows = new ArrayList<>();
        try (CpuDevice device = new CpuDevice(1)) {
            VolumeNet net = spec.build(device, channels, edge, classes);
            net.eval();
            Tensor current = Tensor.zeros(device, Shape.of(1, channels, edge, edge, edge));
            for (Map.Entry<String, Layer> part : net.pipeline().children().entrySet()) {
                current = part.getValue() instanceof Sequential sequence
                        ? addAll(part.getKey() + ".", sequence, current, rows)
                        : add("", part.getValue(), current, rows);
            }
        }
        return new NetSummary(List.copyOf(rows));
    }

    private static Tensor addAll(String prefix, Sequential sequence, Tensor input, List<Row> rows) {
        Tensor current = input;
        for (Map.Entry<String, Layer> child : sequence.children().entrySet()) {
            current = add(prefix + child.getKey(), child.getValue(), current, rows);
        }
        return current;
    }

    private static Tensor add(String name, Layer layer, Tensor input, List<Row> rows) {
        Tensor output;
        try (Scope scope = Scope.withoutGradients()) {
            output = scope.keep(layer.forward(input)); // without a graph, which would hold on to every layer's output
        }
        long parameters = layer.parameters().values().stream()
                .mapToLong(p -> p.shape().elements())
                .sum();
        long flop = switch (layer) {
            case Conv3d conv ->
                2L * conv.weight().shape().elements() * output.shape().elementsFrom(2);
            case Linear linear -> 2L * linear.weight().shape().elements();
            default -> 0;
        };
        rows.add(new Row(name, layer.toString(), output.shape(), parameters, flop));
        return output;
    }

    public long parameters() {
        return rows.stream().mapToLong(Row::parameters).sum();
    }

    /** Of the forward pass of one volume; a training step takes three times as many. */
    public long flop() {
        return rows.stream().mapToLong(Row::flop).sum();
    }

    /** A table for the terminal. */
    public String toText() {
        StringBuilder text = new StringBuilder();
        line(text, "name", "layer", "output", "parameters", "MFLOP");
        for (Row row : rows) {
            line(text, row.name(), row.layer(), row.output().toString(), count(row.parameters()), mega(row.flop()));
        }
        line(text, "total", "", "", count(parameters()), mega(flop()));
        return text.toString();
    }

    private static void line(
            StringBuilder text, String name, String layer, String output, String parameters, String flop) {
        text.append(
                String.format(Locale.ROOT, "%-9s  %-62s  %-18s  %10s  %9s%n", name, layer, output, parameters, flop));
    }

    private static String count(long number) {
        return number == 0 ? "" : String.format(Locale.ROOT, "%,d", number);
    }

    private static String mega(long flop) {
        return flop == 0 ? "" : String.format(Locale.ROOT, "%,.2f", flop / 1e6);
    }
}
