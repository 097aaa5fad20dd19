package dev.voxgrad.engine.autograd;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.ShapeException;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.trace.Pass;
import dev.voxgrad.engine.trace.Trace;

/**
 * Reverse-mode differentiation: walks the graph from the result to the leaves and applies the chain rule.
 *
 * <p>This is the only place that adds gradients up. Nodes are visited in reverse topological order, so when a node's
 * turn comes, its output's gradient is complete. An intermediate gradient is dropped as soon as it was used, and
 * so is whatever the node had saved.
 */
public final class Backward {
    private final Map<Tensor, Tensor> gradients = new IdentityHashMap<>();

    private Backward() {}

    /**
     * The gradients of all leaves below {@code result}.
     *
     * @param upstream the gradient of {@code result}, of its shape
     * @throws IllegalStateException if the graph was already used up by an earlier run
     */
    public static Gradients run(Tensor result, Tensor upstream) {
        ShapeException.requireEqual("backward", "result", result.shape(), "upstream gradient", upstream.shape());
        if (!result.requiresGrad()) {
            throw new IllegalStateException("backward: nothing below " + result + " requires a gradient");
        }
        return new Backward().walk(result, upstream);
    }

    private Gradients walk(Tensor result, Tensor upstream) {
        List<Tensor> order = topologicalOrder(result);
        for (Tensor tensor : order) {
            if (tensor.node() != null && tensor.node().context().isReleased()) {
                throw new IllegalStateException("backward was already run through " + tensor.node().op().name()
                        + ", and what its forward had saved was freed then; run the forward again");
            }
        }
        add(result, upstream.detach());
        Map<Tensor, Tensor> leaves = new IdentityHashMap<>();
        for (int i = order.size() - 1; i >= 0; i--) {
            Tensor tensor = order.get(i);
            Tensor gradient = gradients.remove(tensor);
            if (gradient == null) {
                continue; // every path to it goes through an operation that passes no gradient on
            }
            if (tensor.node() == null) {
                leaves.put(tensor, gradient);
            } else {
                propagate(tensor.node(), gradient);
            }
        }
        return new Gradients(leaves);
    }

    private void propagate(Node node, Tensor gradOutput) {
        Tensor[] local;
        try (var _ = Trace.span(gradOutput.device(), node.op(), Pass.BACKWARD, node.context())) {
            local = node.op().backward(node.context(), gradOutput);
        }
        gradOutput.release();
        node.context().release();
        for (int i = 0; i < local.length; i++) {
            if (local[i] != null && node.inputs().get(i).requiresGrad()) {
                add(node.inputs().get(i), local[i]);
            }
        }
    }

    /** Takes over {@code gradient} as a (further) summand of the gradient of {@code tensor}. */
    private void add(Tensor tensor, Tensor gradient) {
        ShapeException.requireEqual("backward", "tensor", tensor.shape(), "its gradient", gradient.shape());
        Tensor summand = gradient.inLayout(tensor.layout());
        if (summand != gradient) {
            gradient.release();
        }
        Tensor before = gradients.get(tensor);
        if (before != null) {
            Tensor sum = before.add(summand);
            before.release();
            summand.release();
            summand = sum;
        }
        gradients.put(tensor, summand);
    }

    /** All tensors below {@code result} that require a gradient, inputs first; iterative, since nets are deep. */
    private static List<Tensor> topologicalOrder(Tensor result) {
        List<Tensor> order = new ArrayList<>();
        Set<Tensor> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Set<Tensor> expanded = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Tensor> stack = new ArrayDeque<>();
        stack.push(result);
        while (!stack.isEmpty()) {
            Tensor tensor = stack.peek();
            if (tensor.node() != null && expanded.add(tensor)) {
                for (Tensor input : tensor.node().inputs()) {
                    if (input.requiresGrad() && !seen.contains(input)) {
                        stack.push(input);
                    }
                }
            } else {
                stack.pop();
                if (seen.add(tensor)) {
                    order.add(tensor);
                }
            }
        }
        return order;
    }
}
