package dev.voxgrad.nn;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SequencedSet;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;

/**
 * Names the tensors and counters of a net or an optimiser that are saved, to be read or written as a whole.
 *
 * <p>One tensor or counter may have several names, as tied weights do: it is read under each of them, and the values
 * written under them must be the same.
 */
public final class StateDict {
    private final SequencedMap<String, Slot> slots = Named.of();

    /**
     * Lists the names that a load which may be incomplete left out.
     *
     * @param missing names that exist here but were not given; their values were kept
     * @param unexpected names that were given but do not exist here
     */
    public record LeftOut(List<String> missing, List<String> unexpected) {
        public LeftOut {
            missing = List.copyOf(missing);
            unexpected = List.copyOf(unexpected);
        }

        /** Returns whether all names were loaded. */
        public boolean isNone() {
            return missing.isEmpty() && unexpected.isEmpty();
        }
    }

    /** A place that contains values. */
    private sealed interface Slot {
        record OfTensor(Tensor tensor) implements Slot {}

        record OfCounter(Counter counter) implements Slot {}

        default Shape shape() {
            return this instanceof OfTensor(Tensor tensor) ? tensor.shape() : Shape.of();
        }

        /** Returns null if {@code value} may be written here, otherwise what is wrong with it. */
        default @Nullable String misfit(NamedTensor value) {
            boolean integers = this instanceof OfCounter;
            if (integers != value instanceof NamedTensor.Longs) {
                return integers ? "is of floats, expected an integer" : "is of integers, expected floats";
            }
            return value.shape().equals(shape()) ? null : "is " + value.shape() + ", expected " + shape();
        }

        /** Returns what two names of the same place have in common: its memory, or the counter. */
        default Object place() {
            return switch (this) {
                case OfTensor(Tensor tensor) -> tensor.storage();
                case OfCounter(Counter counter) -> counter;
            };
        }

        default NamedTensor read(String name) {
            return switch (this) {
                case OfTensor(Tensor tensor) -> new NamedTensor.Floats(name, tensor.shape(), tensor.toArray());
                case OfCounter(Counter counter) -> new NamedTensor.Longs(name, counter.value());
            };
        }

        /** Writes a value in which {@link #misfit} has found nothing wrong; parameters and states are row-major. */
        default void write(NamedTensor value) {
            switch (this) {
                case OfTensor(Tensor tensor) ->
                    tensor.device().write(((NamedTensor.Floats) value).values(), tensor.storage());
                case OfCounter(Counter counter) -> counter.set(((NamedTensor.Longs) value).values()[0]);
            }
        }
    }

    /** Returns the parameters, buffers and counters of {@code root} and all layers below it. */
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

    /** Returns all names, in the order in which they were added. */
    public SequencedSet<String> names() {
        return Collections.unmodifiableSequencedSet(slots.sequencedKeySet());
    }

    /** Returns copies of all values, in the order in which they were added. */
    public SequencedMap<String, NamedTensor> read() {
        SequencedMap<String, NamedTensor> values = Named.of();
        slots.forEach((name, slot) -> values.put(name, slot.read(name)));
        return values;
    }

    /**
     * Writes all values.
     *
     * @throws StateMismatchException if a name is missing, unknown, or has another shape or type, or if two names of
     *      one tensor have different values; nothing is written then
     */
    public void write(Map<String, NamedTensor> values) {
        write(values, true);
    }

    /**
     * Writes the values that have a place here.
     *
     * @param strict whether all names must be given, and no others; if not, such names are left out
     * @return the names that were left out: none if {@code strict}
     * @throws StateMismatchException if values have another shape or type, if two names of one tensor have different
     *     values, or, if {@code strict}, if a name is missing or unknown; nothing is written then
     */
    public LeftOut write(Map<String, NamedTensor> values, boolean strict) {
        List<String> missing = slots.keySet().stream()
                .filter(name -> !values.containsKey(name))
                .toList();
        List<String> unexpected = values.keySet().stream()
                .filter(name -> !slots.containsKey(name))
                .toList();
        List<String> misfits = misfits(values);
        if (!misfits.isEmpty() || strict && !(missing.isEmpty() && unexpected.isEmpty())) {
            throw new StateMismatchException(
                    slots.entrySet().stream()
                            .filter(entry -> !values.containsKey(entry.getKey()))
                            .map(entry ->
                                    entry.getKey() + " " + entry.getValue().shape())
                            .toList(),
                    values.entrySet().stream()
                            .filter(entry -> !slots.containsKey(entry.getKey()))
                            .map(entry ->
                                    entry.getKey() + " " + entry.getValue().shape())
                            .toList(),
                    misfits);
        }
        slots.forEach((name, slot) -> {
            NamedTensor value = values.get(name);
            if (value != null) {
                slot.write(value);
            }
        });
        return new LeftOut(missing, unexpected);
    }

    /** Returns what is wrong with the values that have a place here, with their names. */
    private List<String> misfits(Map<String, NamedTensor> values) {
        List<String> misfits = new ArrayList<>();
        Map<Object, Map.Entry<String, NamedTensor>> firsts = new IdentityHashMap<>();
        slots.forEach((name, slot) -> {
            NamedTensor value = values.get(name);
            if (value == null) {
                return;
            }
            String misfit = slot.misfit(value);
            if (misfit != null) {
                misfits.add(name + " " + misfit);
                return;
            }
            Map.Entry<String, NamedTensor> first = firsts.putIfAbsent(slot.place(), Map.entry(name, value));
            if (first != null && !value.sameValues(first.getValue())) {
                misfits.add(name + " differs from " + first.getKey() + ", though both name one tensor");
            }
        });
        return misfits;
    }
}
