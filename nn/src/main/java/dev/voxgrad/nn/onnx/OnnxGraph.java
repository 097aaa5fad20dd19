package dev.voxgrad.nn.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Shape;

/** Collects the nodes and constants of an ONNX graph. Field numbers are those of {@code onnx.proto}. */
final class OnnxGraph {
    private static final int FLOAT = 1;

    private final Message graph = new Message();
    private final Set<String> names = new HashSet<>();

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

    /** Does the same for a list of integers. */
    static Message attribute(String name, int... values) {
        Message attribute = new Message().text(1, name);
        for (int value : values) {
            attribute.integer(8, value);
        }
        return attribute.integer(20, 7);
    }

    /** Does the same for a list of integers: the sizes along D, H and W, one list after the other. */
    static Message attribute(String name, Dims3... sizes) {
        return attribute(
                name,
                Arrays.stream(sizes)
                        .flatMapToInt(size -> IntStream.of(size.d(), size.h(), size.w()))
                        .toArray());
    }

    /**
     * Adds a node.
     *
     * @param name the node's name, and that of its only output, which is returned; if it is empty, as that of a net
     *     which is a single layer, the operator's name is taken
     * @throws IllegalArgumentException if the graph has something of that name already
     */
    String node(String operator, String name, List<String> inputs, Message... attributes) {
        String named = named(name.isEmpty() ? operator : name);
        Message node = new Message();
        inputs.forEach(input -> node.text(1, input));
        node.text(2, named).text(3, named).text(4, operator);
        for (Message attribute : attributes) {
            node.message(5, attribute);
        }
        graph.message(1, node);
        return named;
    }

    private String named(String name) {
        if (!names.add(name)) {
            throw new IllegalArgumentException("onnx: two nodes or constants are named " + name);
        }
        return name;
    }

    /** Adds a constant and returns its name. */
    String constant(String name, Shape shape, float... values) {
        Message tensor = new Message();
        for (int i = 0; i < shape.rank(); i++) {
            tensor.integer(1, shape.dim(i));
        }
        ByteBuffer raw = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(values);
        graph.message(5, tensor.integer(2, FLOAT).text(8, named(name)).bytes(9, raw.array()));
        return name;
    }

    /**
     * Adds a node of two inputs, the second of which is a number.
     *
     * @param name the node's name; that of the constant is the same with {@code .number} at its end
     */
    String scaled(String operator, String name, String input, double number) {
        return node(operator, name, List.of(input, constant(name + ".number", Shape.of(), (float) number)));
    }

    /** Returns the name of a part of what has that name, which may be empty. */
    static String child(String name, String child) {
        return name.isEmpty() ? child : name + "." + child;
    }

    /**
     * Declares the graph's input.
     *
     * @param words describe it
     * @param sizes its sizes after the first, which may be any number of volumes
     */
    void input(String name, String words, int... sizes) {
        graph.message(11, value(named(name), sizes).text(3, words));
    }

    /** Declares an output; {@code sizes} are those after the first, as for the input. */
    void output(String name, int... sizes) {
        graph.message(12, value(name, sizes));
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
