package dev.voxgrad.nn.optim;

import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.Storage;

/**
 * Represents a parameter the way optimizers and clipping see it: one piece of memory, nearly always of one tensor. Tied
 * weights are one tensor in several places, or several handles on the same memory, and must be changed only once.
 *
 * @param leaves all tensors on the memory, each once, in the order in which they were listed
 */
record TiedParameter(List<Tensor> leaves) {
    /** Groups tensors by their memory, in the order of each memory's first tensor. */
    static List<TiedParameter> group(Collection<Tensor> parameters) {
        Map<Storage, TiedParameter> byMemory = new IdentityHashMap<>();
        List<TiedParameter> groups = new ArrayList<>();
        for (Tensor parameter : parameters) {
            TiedParameter group = byMemory.computeIfAbsent(parameter.storage(), _ -> {
                groups.add(new TiedParameter(new ArrayList<>(1)));
                return groups.getLast();
            });
            if (group.leaves.stream().noneMatch(leaf -> leaf == parameter)) {
                group.leaves.add(parameter);
            }
        }
        return groups;
    }

    /** Returns the tensor that represents the memory. */
    Tensor first() {
        return leaves.getFirst();
    }

    boolean hasGradient(Gradients gradients) {
        return leaves.stream().anyMatch(gradients::has);
    }

    /** Returns the memory's gradient, in the shape of its first tensor: the sum of its tensors' gradients. */
    Tensor gradient(Gradients gradients) {
        Tensor sum = null;
        for (Tensor leaf : leaves) {
            if (gradients.has(leaf)) {
                Tensor gradient = gradients.of(leaf);
                Tensor summand =
                        gradient.shape().equals(first().shape()) ? gradient : gradient.reshape(first().shape());
                sum = sum == null ? summand : sum.add(summand);
            }
        }
        return Objects.requireNonNull(sum, "no gradient");
    }
}
