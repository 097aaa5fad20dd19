package dev.voxgrad.nn.onnx;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.nn.Layer;

/**
 * Describes an ONNX model: one net, or several whose logits are averaged. Its input {@code volumes} is (N,C,D,H,W), its
 * outputs {@code logits} and, if requested, {@code probabilities} are (N,K), all in float32 and for any N.
 *
 * <p>Source: onnx.ai, "Open Neural Network Exchange intermediate representation", version 8, and operator set 17.
 *
 * @param volume the shape of a volume before the input's steps, (C,D,H,W)
 * @param classes the number of logits, K
 * @param steps what the graph does to the volumes before the nets take them
 * @param parts the nets, whose weights sum to 1
 * @param output how logits become probabilities
 * @param metadata strings about the model, by name
 */
public record OnnxModel(
        Shape volume, int classes, OnnxInput steps, List<Part> parts, Output output, Map<String, String> metadata) {
    /** The version of the intermediate representation. */
    public static final int IR_VERSION = 8;
    /** The version of the operators. */
    public static final int OPERATOR_SET = 17;

    private static final String INPUT = "volumes";
    private static final String LOGITS = "logits";
    private static final String PROBABILITIES = "probabilities";
    /** A message of Protocol Buffers may have at most 2 GiB; some of them are for names. */
    private static final long MOST_WEIGHT_BYTES = (1L << 31) - (1 << 24);

    /**
     * Represents a net in the model.
     *
     * @param prefix what precedes the names of its nodes and constants; empty if it is the only net
     * @param net in evaluation mode
     * @param weight by which its logits are multiplied
     */
    public record Part(String prefix, Layer net, double weight) {}

    /** How logits become probabilities. */
    public enum Output {
        /** There are no probabilities. */
        LOGITS,
        /** Softmax over the classes. */
        SOFTMAX,
        /** A sigmoid of each logit. */
        SIGMOID
    }

    public OnnxModel {
        parts = List.copyOf(parts);
        metadata = Map.copyOf(metadata);
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("onnx: no net is given");
        }
    }

    /**
     * Returns the bytes of a model of one net with the output {@code logits}, whose input is prepared already.
     *
     * @param volume the shape of a volume, (C,D,H,W)
     * @param classes the number of logits
     * @throws IllegalArgumentException if the net has a layer that cannot be translated; the message names it
     */
    public static byte[] of(Layer net, Shape volume, int classes) {
        return new OnnxModel(
                        volume, classes, OnnxInput.PREPARED, List.of(new Part("", net, 1)), Output.LOGITS, Map.of())
                .toByteArray();
    }

    /**
     * Returns the model's bytes. The same model gives the same bytes.
     *
     * @throws IllegalArgumentException if a net has a layer that cannot be translated, or all weights take 2 GiB or
     *     more
     */
    public byte[] toByteArray() {
        requireSize();
        OnnxGraph graph = new OnnxGraph("net");
        int[] sizes = new int[volume.rank()];
        Arrays.setAll(sizes, volume::dim);
        graph.input(INPUT, steps.toString(), sizes);
        String prepared = steps.translate(graph, INPUT, volume);
        List<String> logits =
                parts.stream().map(part -> logits(graph, part, prepared)).toList();
        if (logits.size() == 1) {
            graph.node("Identity", LOGITS, logits);
        } else {
            graph.node("Sum", LOGITS, logits);
        }
        graph.output(LOGITS, classes);
        if (output != Output.LOGITS) {
            probabilities(graph);
        }
        return model(graph).toByteArray();
    }

    private void requireSize() {
        long bytes = parts.stream()
                .flatMap(part -> part.net().parameters().values().stream())
                .mapToLong(tensor -> (long) Float.BYTES * tensor.shape().elements())
                .sum();
        if (bytes > MOST_WEIGHT_BYTES) {
            throw new IllegalArgumentException("onnx: the weights of " + parts.size() + " nets take " + (bytes >> 20)
                    + " MiB, but a model may have at most 2048");
        }
    }

    private static String logits(OnnxGraph graph, Part part, String prepared) {
        String logits = new NetTranslator(graph, part.prefix()).translate(part.net(), prepared);
        return part.weight() == 1
                ? logits
                : graph.scaled("Mul", OnnxGraph.child(part.prefix(), "weighted"), logits, part.weight());
    }

    private void probabilities(OnnxGraph graph) {
        if (output == Output.SOFTMAX) {
            graph.node("Softmax", PROBABILITIES, List.of(LOGITS), OnnxGraph.attribute("axis", 1));
        } else {
            graph.node("Sigmoid", PROBABILITIES, List.of(LOGITS));
        }
        graph.output(PROBABILITIES, classes);
    }

    private Message model(OnnxGraph graph) {
        Message model = new Message()
                .integer(1, IR_VERSION)
                .text(2, "voxgrad")
                .message(7, graph.message())
                .message(8, new Message().text(1, "").integer(2, OPERATOR_SET));
        metadata.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry ->
                        model.message(14, new Message().text(1, entry.getKey()).text(2, entry.getValue())));
        return model;
    }
}
