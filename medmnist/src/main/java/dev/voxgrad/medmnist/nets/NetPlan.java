package dev.voxgrad.medmnist.nets;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.device.ConvolutionMode;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.op.conv3d.Conv3dAlgorithm;
import dev.voxgrad.engine.trace.OpCall;
import dev.voxgrad.engine.trace.Pass;
import dev.voxgrad.engine.trace.Work;
import dev.voxgrad.nn.Conv3d;
import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.Named;

/**
 * How the CPU computes each convolution of a net. Nothing is run for it but one volume, for the shapes.
 *
 * @param batch volumes at a time
 * @param rows in the order of the layers, for each the passes of a training step
 */
public record NetPlan(ConvolutionMode choice, int batch, List<Row> rows) {
    private static final List<Pass> PASSES = List.of(Pass.FORWARD, Pass.GRAD_INPUT, Pass.GRAD_WEIGHT);

    /**
     * One pass of one convolution.
     *
     * @param name as in the weight file
     * @param input shape of the whole batch
     * @param work of the whole batch
     */
    public record Row(String name, Shape input, Shape output, Pass pass, Work work) {}

    /** Plans a net for volumes of that many channels and that edge. */
    public static NetPlan of(NetSpec spec, int channels, int edge, int classes, int batch, ConvolutionMode choice) {
        List<Row> rows = new ArrayList<>();
        try (CpuDevice device = new CpuDevice(1, choice, false)) {
            Map<String, Layer> layers = Named.layers(spec.build(device, channels, edge, classes));
            Shape input = Shape.of(batch, channels, edge, edge, edge);
            for (NetSummary.Row layer :
                    NetSummary.of(spec, channels, edge, classes).rows()) {
                Shape output = layer.output().with(0, batch);
                if (layers.get(layer.name()) instanceof Conv3d convolution) {
                    addPasses(device, layer.name(), convolution, input, output, rows);
                }
                input = output;
            }
        }
        return new NetPlan(choice, batch, List.copyOf(rows));
    }

    private static void addPasses(
            CpuDevice device, String name, Conv3d convolution, Shape input, Shape output, List<Row> rows) {
        OpCall call = OpCall.ofShapes(output, input, convolution.weight().shape());
        boolean first = rows.isEmpty(); // of the volumes themselves nobody wants a gradient
        for (Pass pass : PASSES) {
            if (!first || pass != Pass.GRAD_INPUT) {
                rows.add(new Row(
                        name, input, output, pass, convolution.settings().work(device, pass, call)));
            }
        }
    }

    /** A table for the terminal. */
    public String toText() {
        StringBuilder text = new StringBuilder();
        line(text, "name", "input", "output", "pass", "algorithm", "direct", "executed", "ratio");
        Work sum = Work.NONE;
        String before = "";
        for (Row row : rows) {
            boolean next = !row.name.equals(before);
            line(
                    text,
                    next ? row.name : "",
                    next ? row.input.toString() : "",
                    next ? row.output.toString() : "",
                    row.pass.label(),
                    row.work.algorithm(),
                    mega(row.work.directFlop()),
                    mega(row.work.executedFlop()),
                    ratio(row.work));
            before = row.name;
            sum = sum.plus(row.work);
        }
        line(text, "total", "", "", "", "", mega(sum.directFlop()), mega(sum.executedFlop()), ratio(sum));
        text.append(String.format(
                Locale.ROOT,
                "MFLOP per volume, in batches of %d: by definition, and as executed "
                        + "with padding and transforms. Where layers%nare run as one, both gradients share a transform.%n"
                        + "%s: %s%n",
                batch,
                choice.flag(),
                Conv3dAlgorithm.rule(choice)));
        return text.toString();
    }

    private static void line(
            StringBuilder text,
            String name,
            String input,
            String output,
            String pass,
            String algorithm,
            String direct,
            String executed,
            String ratio) {
        text.append(String.format(
                Locale.ROOT,
                "%-9s  %-18s  %-18s  %-10s  %-10s  %10s  %10s  %5s%n",
                name,
                input,
                output,
                pass,
                algorithm,
                direct,
                executed,
                ratio));
    }

    private String mega(long flop) {
        return String.format(Locale.ROOT, "%,.2f", flop / 1e6 / batch);
    }

    private static String ratio(Work work) {
        return String.format(Locale.ROOT, "%.2f", (double) work.directFlop() / work.executedFlop());
    }
}
