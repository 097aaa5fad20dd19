package dev.voxgrad.engine.autograd;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

import dev.voxgrad.engine.Tensor;

/** Describes how a tensor was made: the operation, its inputs, and what it saved. The graph is nothing but these. */
public record Node(Op op, List<Tensor> inputs, Context context) {
    /** The most lines of {@link #toString}: nets have hundreds of nodes. */
    private static final int LINES = 60;

    /**
     * Draws the graph below this node, inputs under their operation, such as
     *
     * <pre>
     * add → [3]
     * ├ a: relu → [3]
     * │ └ leaf [3], requires gradient
     * └ b: leaf [3], requires gradient, see above
     * </pre>
     */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(op.name() + " → " + context.outputShape());
        Set<Tensor> drawn = Collections.newSetFromMap(new IdentityHashMap<>());
        int left = draw("", LINES, drawn, text);
        return left > 0 ? text.toString() : text + "\n…";
    }

    /** Draws the inputs and what is below them; returns how many of the lines are left. */
    private int draw(String margin, int lines, Set<Tensor> drawn, StringBuilder text) {
        int left = lines;
        for (int i = 0; i < inputs.size() && left > 0; i++) {
            Tensor input = inputs.get(i);
            boolean last = i == inputs.size() - 1;
            boolean repeated = !drawn.add(input);
            text.append('\n').append(margin).append(last ? "└ " : "├ ");
            text.append(inputs.size() == 1 ? "" : op.inputName(i) + ": ").append(line(input));
            text.append(repeated ? ", see above" : "");
            left--;
            if (input.node() != null && !repeated) {
                left = input.node().draw(margin + (last ? "  " : "│ "), left, drawn, text);
            }
        }
        return left;
    }

    private static String line(Tensor tensor) {
        Node node = tensor.node();
        if (node != null) {
            return node.op.name() + " → " + tensor.shape();
        }
        return tensor.requiresGrad() ? "leaf " + tensor.shape() + ", requires gradient" : "constant " + tensor.shape();
    }
}
