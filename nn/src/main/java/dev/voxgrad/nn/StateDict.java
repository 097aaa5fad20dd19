package dev.voxgrad.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;

/**
 * The places where a net or an optimiser keeps numbers that are saved, by name, to be read or written as a whole.
 */
public final class StateDict {
    private final SequencedMap<String, Slot> slots = Named.of();

    /** A place that holds numbers. */
    private sealed interface Slot {
        record OfTensor(Tensor tensor) implements Slot {}

        record OfCounter(Counter counter) implements Slot {}

        default Shape shape() {
            return this instanceof OfTensor(Tensor tensor) ? tensor.shape() : Shape.of();
        }

        /** Null if {@code value} may be written here, otherwise what is wrong with it. */
        default String misfit(NamedTensor value) {
            boolean integers = this instanceof OfCounter;
            if (integers != value instanceof NamedTensor.Longs) {
                return integers ? "is of floats, expected an integer" : "is of integers, expected floats";
            }
            return value.shape().equals(shape()) ? null : "is " + value.shape() + ", expected " + shape();
        }

        default NamedTensor read(String name) {
            return switch (this) {
                case OfTensor(Tensor tensor) -> new NamedTensor.Floats(name, tensor.shape(), tensor.toArray());
                case OfCounter(Counter counter) -> new NamedTensor.Longs(name, counter.value());
            };
        }

        /** Writes what {@link #misfit} has found nothing wrong with; parameters and states are row-major. */
        default void write(NamedTensor value) {
            switch (this) {
                case OfTensor(Tensor tensor) ->
                        tensor.device().write(((NamedTensor.Floats) value).values(), tensor.storage());
                case OfCounter(Counter counter) -> counter.set(((NamedTensor.Longs) value).values()[0]);
            }
        }
    }

    /** The parameters, buffers and counters of {@code root} and all layers below it. */
    public static StateDict of(Layer root) {
        StateDict state = new StateDict();
        Named.layers(root).forEach((path, layer) -> {
            layer.ownParameters().forEach((name, tensor) -> state.add(Named.join(path, name), tensor));
            layer.ownBuffers().forEach((name, tensor) -> state.add(Named.join(path, name), tensor));
            layer.ownCounters().forEach((name, counter) -> state.add(Named.join(path, name), counter));
        });
        return state;
    }

    /** Adds a row-major tensor under that name. */
    public StateDict add(String name, Tensor tensor) {
        return add(name, new Slot.OfTensor(tensor));
    }

    /** Adds a counter under that name. */
    public StateDict add(String name, Counter counter) {
        return add(name, new Slot.OfCounter(counter));
    }

    private StateDict add(String name, Slot slot) {
        if (slots.putIfAbsent(name, slot) != null) {
            throw new IllegalArgumentException("state: two tensors are named " + name);
        }
        return this;
    }

    /** Copies of all numbers, in the order in which they were added. */
    public SequencedMap<String, NamedTensor> read() {
        SequencedMap<String, NamedTensor> values = Named.of();
        slots.forEach((name, slot) -> values.put(name, slot.read(name)));
        return values;
    }

    /**
     * Writes all numbers.
     *
     * @throws StateMismatchException if a name is missing, unknown, or has another shape or kind of number; nothing
     *     is written then
     */
    public void write(Map<String, NamedTensor> values) {
        List<String> missing = new ArrayList<>();
        List<String> misfits = new ArrayList<>();
        slots.forEach((name, slot) -> {
            NamedTensor value = values.get(name);
            if (value == null) {
                missing.add(name + " " + slot.shape());
            } else if (slot.misfit(value) != null) {
                misfits.add(name + " " + slot.misfit(value));
            }
        });
        List<String> unexpected = values.entrySet().stream()
                .filter(entry -> !slots.containsKey(entry.getKey()))
                .map(entry -> entry.getKey() + " " + entry.getValue().shape())
                .toList();
        if (!missing.isEmpty() || !misfits.isEmpty() || !unexpected.isEmpty()) {
            throw new StateMismatchException(missing, unexpected, misfits);
        }
        slots.forEach((name, slot) -> slot.write(values.get(name)));
    }
}
