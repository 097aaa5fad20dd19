package dev.voxgrad.medmnist.nets;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.device.ConvolutionMode;
import dev.voxgrad.engine.op.conv3d.Conv3dAlgorithm;
import dev.voxgrad.engine.trace.OpCall;
import dev.voxgrad.engine.trace.Pass;
import dev.voxgrad.engine.trace.TraceEvent;
import dev.voxgrad.engine.trace.Work;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.nn.Convolution;

/**
 * Lists how the CPU computes each convolution of a net, whatever the net's graph. It runs one volume forward, to learn
 * the shapes, and the smallest volume that the net accepts, to learn which gradients are required and which layers run
 * fused.
 *
 * @param batch number of volumes at a time
 * @param rows for each convolution, in the order in which they run, the passes of a training step
 * @param fused names of the layers that run as one operation unless fusion is switched off: "layer1.0-6"
 */
public record NetPlan(ConvolutionMode choice, int batch, List<Row> rows, List<String> fused) {
    private static final List<Pass> PASSES = List.of(Pass.FORWARD, Pass.GRAD_INPUT, Pass.GRAD_WEIGHT);
    private static final int NAME_WIDTH = 9;

    /**
     * Describes one pass of one convolution.
     *
     * @param name as in the weight file
     * @param input shape of the whole batch
     * @param work of the whole batch
     */
    public record Row(String name, Shape input, Shape output, Pass pass, Work work) {}

    /** Plans a net for batches of such volumes. */
    public static NetPlan of(NetSpec spec, VolumeShape volume, int classes, int batch, ConvolutionMode choice) {
        VolumeShape smallest = new VolumeShape(volume.channels(), spec.smallestEdge());
        Set<String> withInputGradient = withInputGradient(spec, smallest, classes);
        List<Row> rows = new ArrayList<>();
        try (TracedNet net = TracedNet.of(spec, volume, classes, choice)) {
            for (TraceEvent event : net.forward()) {
                if (net.layer(event.layer()) instanceof Convolution convolution
                        && event.op().equals(convolution.op().name())) {
                    Shape input = event.inputs().getFirst().with(0, batch);
                    Shape output = Objects.requireNonNull(event.output()).with(0, batch);
                    OpCall call =
                            OpCall.ofShapes(output, input, convolution.weight().shape());
                    for (Pass pass : PASSES) {
                        if (pass != Pass.GRAD_INPUT || withInputGradient.contains(event.layer())) {
                            Work work = convolution.op().work(net.device(), pass, call);
                            rows.add(new Row(event.layer(), input, output, pass, work));
                        }
                    }
                }
            }
        }
        return new NetPlan(choice, batch, List.copyOf(rows), TracedNet.fusedLayers(spec, smallest, classes));
    }

    /** Returns the names of the convolutions whose input requires a gradient, as the volumes themselves do not. */
    private static Set<String> withInputGradient(NetSpec spec, VolumeShape smallest, int classes) {
        try (TracedNet net = TracedNet.of(spec, smallest, classes, ConvolutionMode.AUTO)) {
            return net.backward().stream()
                    .filter(event -> event.pass() == Pass.GRAD_INPUT)
                    .map(TraceEvent::layer)
                    .collect(Collectors.toSet());
        }
    }

    /** Returns a table for the terminal. */
    public String toText() {
        int nameWidth = rows.stream().mapToInt(row -> row.name.length()).reduce(NAME_WIDTH, Math::max);
        String format = "%-" + nameWidth + "s  %-18s  %-18s  %-10s  %-10s  %10s  %10s  %5s%n";
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT, format, "name", "input", "output", "pass", "algorithm", "direct", "executed", "ratio"));
        Work sum = Work.NONE;
        String before = "";
        for (Row row : rows) {
            boolean next = !row.name.equals(before);
            text.append(String.format(
                    Locale.ROOT,
                    format,
                    next ? row.name : "",
                    next ? row.input : "",
                    next ? row.output : "",
                    row.pass.label(),
                    row.work.algorithm(),
                    mega(row.work.directFlop()),
                    mega(row.work.executedFlop()),
                    ratio(row.work)));
            before = row.name;
            sum = sum.plus(row.work);
        }
        text.append(String.format(
                Locale.ROOT,
                format,
                "total",
                "",
                "",
                "",
                "",
                mega(sum.directFlop()),
                mega(sum.executedFlop()),
                ratio(sum)));
        text.append(String.format(
                Locale.ROOT,
                "MFLOP per volume, in batches of %d: by definition, and as executed "
                        + "with padding and transforms. In fused%nlayers, both gradients by winograd share a "
                        + "transform.%n"
                        + "%s%n%s: %s%n",
                batch,
                fusion(),
                choice.flag(),
                Conv3dAlgorithm.rule(choice).replace("; ", String.format(";%n  "))));
        return text.toString();
    }

    private String fusion() {
        return fused.isEmpty()
                ? "No layers run fused."
                : "Fused, unless --no-fusion is given: " + String.join(", ", fused);
    }

    private String mega(long flop) {
        return String.format(Locale.ROOT, "%,.2f", flop / 1e6 / batch);
    }

    private static String ratio(Work work) {
        return String.format(Locale.ROOT, "%.2f", (double) work.directFlop() / work.executedFlop());
    }
}
