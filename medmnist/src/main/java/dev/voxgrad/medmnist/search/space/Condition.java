package dev.voxgrad.medmnist.search.space;

import java.util.List;

/**
 * Says when a dimension counts: only if an earlier one has one of some values.
 *
 * @param dimension name of the earlier dimension
 * @param values of which it must have one
 */
public record Condition(String dimension, List<String> values) {
    public Condition {
        values = List.copyOf(values);
    }

    /** Returns whether the dimension counts in a configuration of the dimensions before it. */
    public boolean isMet(Configuration before) {
        return before.find(dimension).filter(values::contains).isPresent();
    }

    /** Returns the condition as a file of a space spells it: {@code when net = net1, net2}. */
    public String toText() {
        return "when " + dimension + " = " + String.join(", ", values);
    }
}
