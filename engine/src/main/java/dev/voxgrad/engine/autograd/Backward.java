package dev.voxgrad.engine.autograd;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.ShapeException;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.op.elementwise.AddOp;
import dev.voxgrad.engine.op.elementwise.ScaleOp;
import dev.voxgrad.engine.trace.Pass;

/**
 * Differentiates in reverse mode: walks the graph from the result to the leaves and applies the chain rule.
 *
 * <pre>
 * forward:   x ──┬── relu ── a ──┐
 *                │               ├── add ── y
 *                └───────────────┘
 *
 * backward:  add returns  da = dy  and a first summand of dx, dy
 *            relu returns the second one, da · [x &gt; 0]
 *            dx is their sum, complete once both have been visited
 * </pre>
 *
 * <p>This is the only place that adds gradients up. Nodes are visited in reverse topological order, so when a node's
 * turn comes, its output's gradient is complete. An intermediate gradient is released as soon as it was used, and so
 * are the tensors that the node saved.
 */
public final class Backward {
    private final Map<Tensor, Tensor> gradients = new IdentityHashMap<>();
    /** Leaves that require a gradient now but did not when an operation used them, and that operation. */
    private final Map<Tensor, Op> late = new IdentityHashMap<>();

    private final BiConsumer<Tensor, Tensor> seen;

    private Backward(BiConsumer<Tensor, Tensor> seen) {
        this.seen = seen;
    }

    /**
     * Returns the gradients of all leaves below {@code result} that required one when they were used. Each has
     * its own memory, so that it may be changed in place.
     *
     * @param upstream the gradient of {@code result}, with its shape and on its device; it is only read
     * @param seen receives each result of an operation and its complete gradient before that is used and released
     * @throws IllegalArgumentException if {@code upstream} does not fit
     * @throws IllegalStateException if an earlier run already used up the graph, if a tensor that a forward saved was
     *     changed in place since, or if an operation's backward breaks its contract
     */
    public static Gradients run(Tensor result, Tensor upstream, BiConsumer<Tensor, Tensor> seen) {
        ShapeException.requireEqual("backward", "result", result.shape(), "upstream gradient", upstream.shape());
        if (upstream.device() != result.device()) {
            throw new IllegalArgumentException("backward: the upstream gradient is on device "
                    + upstream.device().name() + " but the result, " + result + ", on another one");
        }
        if (!result.requiresGrad()) {
            throw new IllegalStateException("backward: nothing below " + result + " requires a gradient");
        }
        return new Backward(seen).walk(result, upstream);
    }

    private Gradients walk(Tensor result, Tensor upstream) {
        List<Tensor> order = topologicalOrder(result);
        for (Tensor tensor : order) {
            if (tensor.node() != null && tensor.node().context().isReleased()) {
                throw new IllegalStateException(
                        "backward was already run through " + tensor.node().op().name()
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
                seen.accept(tensor, gradient);
                propagate(tensor.node(), gradient);
            }
        }
        leaves.replaceAll((_, gradient) -> unshared(gradient));
        late.keySet().removeAll(leaves.keySet());
        return new Gradients(leaves, late);
    }

    /**
     * Returns a gradient that shares its memory neither with the caller's upstream nor with another leaf's gradient.
     */
    private static Tensor unshared(Tensor gradient) {
        if (!gradient.isShared()) {
            return gradient;
        }
        Tensor copy = ScaleOp.copyOf(gradient);
        gradient.release();
        return copy;
    }

    private void propagate(Node node, Tensor gradOutput) {
        long before = Tensor.moment();
        Tensor[] local;
        try (var _ = OpTrace.span(gradOutput.device(), node.op(), Pass.BACKWARD, node.context())) {
            local = node.op().backward(node.context(), gradOutput);
        }
        OpContract.requireGradients(node, gradOutput.device(), local);
        Tensor[] summands = new Tensor[local.length];
        for (int i = 0; i < local.length; i++) {
            if (node.context().needsGradient(i)) {
                summands[i] = owned(local, i, before);
            }
        }
        gradOutput.release();
        node.context().release();
        for (int i = 0; i < local.length; i++) {
            if (summands[i] != null) {
                add(node.inputs().get(i), summands[i]);
            } else if (local[i] != null && local[i].isMadeSince(before)) {
                local[i].release();
            }
        }
    }

    /**
     * Returns gradient {@code index} as a handle that may be released: a second handle if the operation returned a
     * tensor that it does not own, such as the gradient that it received, a saved tensor, or the same tensor twice.
     */
    private static Tensor owned(Tensor[] local, int index, long before) {
        boolean own = local[index].isMadeSince(before);
        for (int i = 0; i < index; i++) {
            own &= local[i] != local[index];
        }
        return own ? local[index] : local[index].detach();
    }

    /** Takes over {@code gradient} and adds it to the gradient of {@code tensor}. */
    private void add(Tensor tensor, Tensor gradient) {
        Tensor summand = gradient.inLayout(tensor.layout());
        if (summand != gradient) {
            gradient.release();
        }
        Tensor before = gradients.get(tensor);
        gradients.put(tensor, before == null ? summand : sum(before, summand));
    }

    /**
     * Takes over two gradients and returns their sum: in the memory of one that has it to itself, which saves a tensor
     * and a pass over it, or else in new memory. No operation can have saved what is in unshared memory.
     */
    private static Tensor sum(Tensor a, Tensor b) {
        if (a.isShared() && b.isShared()) {
            Tensor sum = a.add(b);
            a.release();
            b.release();
            return sum;
        }
        Tensor sum = a.isShared() ? b : a;
        Tensor summand = sum == a ? b : a;
        AddOp.addTo(sum, summand);
        summand.release();
        return sum;
    }

    /**
     * Returns all tensors below {@code result} that required a gradient, inputs first. Iterative, since nets are deep.
     */
    private List<Tensor> topologicalOrder(Tensor result) {
        List<Tensor> order = new ArrayList<>();
        Set<Tensor> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Set<Tensor> expanded = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Tensor> stack = new ArrayDeque<>();
        stack.push(result);
        while (!stack.isEmpty()) {
            Tensor tensor = stack.peek();
            if (tensor.node() != null && expanded.add(tensor)) {
                pushInputs(tensor.node(), seen, stack);
            } else {
                stack.pop();
                if (seen.add(tensor)) {
                    order.add(tensor);
                }
            }
        }
        return order;
    }

    private void pushInputs(Node node, Set<Tensor> seen, Deque<Tensor> stack) {
        for (int i = 0; i < node.inputs().size(); i++) {
            Tensor input = node.inputs().get(i);
            if (!node.context().needsGradient(i)) {
                if (input.requiresGrad()) {
                    late.put(input, node.op());
                }
            } else if (!seen.contains(input)) {
                stack.push(input);
            }
        }
    }
}
