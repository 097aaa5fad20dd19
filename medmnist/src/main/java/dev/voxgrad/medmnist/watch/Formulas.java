package dev.voxgrad.medmnist.watch;

import java.util.List;
import java.util.Map;

import dev.voxgrad.engine.optim.AdamUpdate;
import dev.voxgrad.engine.optim.SgdUpdate;
import dev.voxgrad.engine.optim.TensorUpdate;

/** Says in a line or two what operations and optimisers compute; the comment of each class says it exactly. */
final class Formulas {
    /** The formulas of an operation's passes. */
    private record Pair(List<String> forward, List<String> backward) {}

    private static final Map<String, Pair> OF = Map.ofEntries(
            entry(
                    "conv3d",
                    "y[n,o,z] = b[o] + Σ w[o,c,k] · x[n,c,z+k−p],  over c and k",
                    "dx[n,c,i] = Σ w[o,c,k] · dy[n,o,i−k+p],  over o and k",
                    "dw[o,c,k] = Σ dy[n,o,z] · x[n,c,z+k−p],  over n and z",
                    "db[o] = Σ dy[n,o,z]"),
            entry(
                    "acsConv3d",
                    "y = conv of 2D kernels in the axial, coronal and sagittal planes of x",
                    "dx, dw, db: those of conv3d, for each view"),
            entry(
                    "batchNorm",
                    "y = γ·x̂ + β,   x̂ = (x − μ) / √(σ² + ε),  μ, σ² of each channel",
                    "dγ = Σ dy·x̂,   dβ = Σ dy",
                    "dx = γ/√(σ² + ε) · (dy − dβ/n − x̂·dγ/n)"),
            entry("relu", "y = max(x, 0)", "dx = dy where y > 0, else 0"),
            entry("leakyRelu", "y = x where x > 0, else a·x", "dx = dy where x > 0, else a·dy"),
            entry("maxPool3d", "y[o] = max of x over the window o", "dx = Σ dy[o],  over the windows o that x won"),
            entry("adaptiveAvgPool3d", "y[o] = mean of x over the bin o", "dx = Σ dy[o] / (voxels in bin o)"),
            entry("linear", "y = x·wᵀ + b", "dx = dy·w", "dw = dyᵀ·x,   db = Σ dy"),
            entry("softmax", "y[k] = exp x[k] / Σ exp x[j]", "dx[k] = y[k]·(dy[k] − Σ dy[j]·y[j])"),
            entry("logSoftmax", "y[k] = x[k] − log Σ exp x[j]", "dx[k] = dy[k] − softmax(x)[k] · Σ dy[j]"),
            entry(
                    "crossEntropy",
                    "loss = mean of −log softmax(x[n])[t[n]],  t: the labels",
                    "dx[n,k] = (softmax(x[n])[k] − [k = t[n]]) / N"),
            entry("bceWithLogits", "loss = mean of −t·log σ(x) − (1 − t)·log(1 − σ(x))", "dx = (σ(x) − t) / (N·L)"),
            entry("add", "y = a + b", "da = dy,   db = dy"),
            entry("mul", "y = a·b", "da = dy·b,   db = dy·a"),
            entry("scale", "y = s·x", "dx = s·dy"),
            entry("sum", "y = Σ x", "dx = dy everywhere"),
            entry("mean", "y = Σ x / n", "dx = dy / n everywhere"),
            entry("reshape", "y = x under another shape", "dx = dy under the shape of x"),
            entry("layout", "y = x in another order in memory", "dx = dy in the order of x"),
            entry("share", "y = x, a second handle", "dx = dy"),
            entry("concat", "y = [a, b, …] along an axis", "da, db, … = the parts of dy"),
            entry(
                    "convBlock",
                    "a ← max(γ·(conv(a) − μ)/√(σ² + ε) + β, 0), once or more; then max pool or shortcut",
                    "the chain rule through all of it, in one operation"));

    private Formulas() {}

    private static Map.Entry<String, Pair> entry(String op, String forward, String... backward) {
        return Map.entry(op, new Pair(List.of(forward), List.of(backward)));
    }

    /** Returns what an operation computes; nothing for one that this class does not know, such as a user's own. */
    static List<String> forward(String op) {
        Pair pair = OF.get(op);
        return pair == null ? List.of() : pair.forward;
    }

    /** Returns what its backward computes. */
    static List<String> backward(String op) {
        Pair pair = OF.get(op);
        return pair == null ? List.of() : pair.backward;
    }

    /** Returns what a step of an optimiser does to a parameter. */
    static List<String> update(TensorUpdate update) {
        return switch (update) {
            case AdamUpdate adam ->
                List.of(
                        adam.decoupled() ? "p ← p·(1 − η·λ)" : "g ← g + λ·p",
                        "m ← β₁·m + (1 − β₁)·g,   v ← β₂·v + (1 − β₂)·g²",
                        "p ← p − η/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε)");
            case SgdUpdate _ -> List.of("g ← g + λ·p,   v ← momentum·v + g", "p ← p − η·v");
        };
    }
}
