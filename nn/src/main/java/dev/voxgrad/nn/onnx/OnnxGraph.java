package dev.voxgrad.nn.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Shape;

/** Collects the nodes and constants of an ONNX graph. Field numbers are those of {@code onnx.proto}. */
final class OnnxGraph {
    private static final int FLOAT = 1;

    private final Message graph = new Message();

    /** Starts the graph of that name. */
    OnnxGraph(String name) {
        graph.text(2, name);
    }

    /** Represents an attribute of a node. */
    static Message attribute(String name, long value) {
        return new Message().text(1, name).integer(3, value).integer(20, 2);
    }

    /** Does the same for a float. */
    static Message attribute(String name, double value) {
        return new Message().text(1, name).real(2, value).integer(20, 1);
    }

    /** Does the same for a list of integers: the sizes along D, H and W, one list after the other. */
    static Message attribute(String name, Dims3... sizes) {
        Message attribute = new Message().text(1, name);
        for (Dims3 size : sizes) {
            attribute.integer(8, size.d()).integer(8, size.h()).integer(8, size.w());
        }
        return attribute.integer(20, 7);
    }

    /**
     * Adds a node.
     *
     * @param name the node's name, and that of its only output, which is returned
     */
    String node(String operator, String name, List<String> inputs, Message... attributes) {
        Message node = new Message();
        inputs.forEach(input -> node.text(1, input));
        node.text(2, name).text(3, name).text(4, operator);
        for (Message attribute : attributes) {
            node.message(5, attribute);
        }
        graph.message(1, node);
        return name;
    }

    /** Adds a constant and returns its name. */
    String constant(String name, Shape shape, float[] values) {
        Message tensor = new Message();
        for (int i = 0; i < shape.rank(); i++) {
            tensor.integer(1, shape.dim(i));
        }
        ByteBuffer raw = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(values);
        graph.message(5, tensor.integer(2, FLOAT).text(8, name).bytes(9, raw.array()));
        return name;
    }

    /**
     * Declares the graph's input and output.
     *
     * @param inputSizes the input's sizes after the first, which may be any number of volumes
     * @param outputSizes the output's
     */
    void inputAndOutput(String input, int[] inputSizes, String output, int[] outputSizes) {
        graph.message(11, value(input, inputSizes));
        graph.message(12, value(output, outputSizes));
    }

    private static Message value(String name, int... sizes) {
        Message shape = new Message().message(1, new Message().text(2, "N"));
        for (int size : sizes) {
            shape.message(1, new Message().integer(1, size));
        }
        Message tensor = new Message().integer(1, FLOAT).message(2, shape);
        return new Message().text(1, name).message(2, new Message().message(1, tensor));
    }

    Message message() {
        return graph;
    }
}
