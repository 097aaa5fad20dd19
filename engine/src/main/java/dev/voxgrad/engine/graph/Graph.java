package dev.voxgrad.engine.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Node;

/**
 * Lists the tensors that a result was computed from, and draws them.
 *
 * <pre>{@code
 * Tensor loss = net.forward(x).crossEntropy(labels);
 * Files.writeString(Path.of("net.svg"), Graph.of(loss, net.parameters()).toSvg());
 * Files.writeString(Path.of("net.dot"), Graph.of(loss).toDot()); // for Graphviz: dot -Tpdf net.dot
 * }</pre>
 *
 * <p>Only what {@code backward} could reach is known: a tensor that was computed while no gradient was tracked is a
 * leaf. The graph refers to its tensors, so their memory stays in use as long as it does.
 */
public final class Graph {
    private final List<Vertex> vertices;
    private final List<Edge> edges;

    /** Says what a vertex is. */
    public enum Kind {
        /** The result of an operation. */
        OPERATION,
        /** A leaf whose gradient is required: a parameter, usually. */
        PARAMETER,
        /** Any other leaf: a batch of volumes, or a running mean. */
        CONSTANT
    }

    /**
     * Represents a tensor in the graph.
     *
     * @param id its index in {@link #vertices}
     * @param name the operation's name or, for a leaf, the name that was given for it, else its role in the first
     *     operation that reads it
     * @param layer full name of the layer that applied the operation; empty for leaves and if nothing was traced
     */
    public record Vertex(int id, Tensor tensor, Kind kind, String name, String layer) {}

    /**
     * Represents the use of a tensor by an operation.
     *
     * @param from id of the tensor
     * @param to id of the operation's result
     * @param input index of the tensor among the operation's inputs
     * @param role what the operation calls that input: {@code weight}
     */
    public record Edge(int from, int to, int input, String role) {}

    private Graph(List<Vertex> vertices, List<Edge> edges) {
        this.vertices = List.copyOf(vertices);
        this.edges = List.copyOf(edges);
    }

    /** Returns the graph below {@code result}. */
    public static Graph of(Tensor result) {
        return of(result, Map.of());
    }

    /**
     * Returns the graph below {@code result}.
     *
     * @param names tensors by name, such as a net's parameters; names of other tensors are ignored
     */
    public static Graph of(Tensor result, Map<String, Tensor> names) {
        Map<Tensor, String> given = new IdentityHashMap<>();
        names.forEach((name, tensor) -> given.putIfAbsent(tensor, name));
        List<Tensor> tensors = reachable(result);
        Map<Tensor, Integer> ids = new IdentityHashMap<>();
        tensors.forEach(tensor -> ids.put(tensor, ids.size()));
        List<Edge> edges = new ArrayList<>();
        Map<Tensor, String> roles = new IdentityHashMap<>();
        for (Tensor tensor : tensors) {
            Node node = tensor.node();
            for (int i = 0; node != null && i < node.inputs().size(); i++) {
                Tensor input = node.inputs().get(i);
                String role = node.op().inputName(i);
                edges.add(new Edge(id(ids, input), id(ids, tensor), i, role));
                roles.putIfAbsent(input, role);
            }
        }
        List<Vertex> vertices = new ArrayList<>();
        for (Tensor tensor : tensors) {
            vertices.add(vertex(vertices.size(), tensor, given.get(tensor), roles.get(tensor)));
        }
        return new Graph(vertices, edges);
    }

    private static int id(Map<Tensor, Integer> ids, Tensor tensor) {
        Integer id = ids.get(tensor);
        if (id == null) {
            throw new IllegalStateException("graph: " + tensor + " was not reached, though an operation reads it");
        }
        return id;
    }

    private static Vertex vertex(int id, Tensor tensor, @Nullable String given, @Nullable String role) {
        Node node = tensor.node();
        if (node != null) {
            String layer = node.context().layer();
            return new Vertex(id, tensor, Kind.OPERATION, node.op().name(), layer == null ? "" : layer);
        }
        String name = given != null ? given : role != null ? role : "tensor";
        return new Vertex(id, tensor, tensor.requiresGrad() ? Kind.PARAMETER : Kind.CONSTANT, name, "");
    }

    /** Returns the tensors in the order in which they were made, so inputs first. Iterative, since nets are deep. */
    private static List<Tensor> reachable(Tensor result) {
        Set<Tensor> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Tensor> waiting = new ArrayDeque<>();
        seen.add(result);
        waiting.push(result);
        while (!waiting.isEmpty()) {
            Node node = waiting.pop().node();
            for (Tensor input : node == null ? List.<Tensor>of() : node.inputs()) {
                if (seen.add(input)) {
                    waiting.push(input);
                }
            }
        }
        List<Tensor> tensors = new ArrayList<>(seen);
        tensors.sort((a, b) -> a == b ? 0 : a.isMadeBefore(b) ? -1 : 1);
        return tensors;
    }

    /** Returns the tensors in the order in which they were made: inputs before results, the result last. */
    public List<Vertex> vertices() {
        return vertices;
    }

    /** Returns each use of a tensor by an operation, in the order of the results and then of their inputs. */
    public List<Edge> edges() {
        return edges;
    }

    /** Returns the graph in Graphviz's language. */
    public String toDot() {
        return DotWriter.write(this);
    }

    /** Returns the graph as a drawing that follows the reader's choice of a light or dark background. */
    public String toSvg() {
        return SvgWriter.write(this);
    }
}
