package dev.voxgrad.nn.optim;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.function.Function;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.optim.AverageUpdate;
import dev.voxgrad.nn.Counter;
import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.Named;
import dev.voxgrad.nn.NamedTensor;
import dev.voxgrad.nn.StateDict;

/**
 * Keeps an exponential moving average of a net's weights over the steps of its training, in a second net of the same
 * structure, like PyTorch's {@code AveragedModel} with {@code get_ema_multi_avg_fn}: the first update copies the
 * parameters, each later one moves the averages towards them, and all of them copy buffers and counters.
 * {@link AverageUpdate} states the formula; with decay δ, the average covers about the last 1/(1 − δ) steps.
 *
 * <pre>{@code
 * WeightAverage average = new WeightAverage(0.999, net, sameNet);
 * optimizer.step(gradients);
 * average.update();
 * average.averaged().eval();
 * }</pre>
 *
 * <p>Source: Polyak and Juditsky, "Acceleration of stochastic approximation by averaging", 1992, with exponential
 * weights.
 */
public final class WeightAverage {
    private static final AverageUpdate COPY = new AverageUpdate(0);

    private final AverageUpdate rule;
    private final Layer averaged;
    private final List<Pair<Tensor>> parameters;
    private final List<Pair<Tensor>> buffers;
    private final List<Pair<Counter>> counters;
    private final Counter updates = new Counter();

    /** Pairs a member of the averaged net with that of the net. */
    private record Pair<T>(T average, T value) {
        /**
         * Pairs the members that both nets have under the same name, each member of the average once: a tied weight has
         * several names, but each update must change it only once.
         */
        static <T> List<Pair<T>> all(Layer averaged, Layer net, Function<Layer, Map<String, T>> own) {
            Map<String, T> values = Named.collect(net, own);
            Map<Object, Pair<T>> pairs = new IdentityHashMap<>();
            List<Pair<T>> inOrder = new ArrayList<>();
            Named.collect(averaged, own).forEach((name, average) -> {
                Pair<T> pair = new Pair<>(average, Objects.requireNonNull(values.get(name), name));
                Pair<T> before = pairs.putIfAbsent(place(average), pair);
                if (before == null) {
                    inOrder.add(pair);
                } else if (place(before.value) != place(pair.value)) {
                    throw new IllegalArgumentException("average: " + name + " is tied to another tensor in the "
                            + "averaged net but not in the net itself; both must have the same structure");
                }
            });
            return inOrder;
        }

        /** Returns what an update writes to: several tensors may share the same memory. */
        private static Object place(Object member) {
            return member instanceof Tensor tensor ? tensor.storage() : member;
        }
    }

    /**
     * Creates an average of {@code net}, kept in {@code averaged}, whose values are replaced by those of {@code net}.
     * Create it outside any scope, because both nets outlive the steps.
     *
     * @param decay the fraction of the average that each update keeps, at least 0 and less than 1
     * @throws dev.voxgrad.nn.StateMismatchException if the nets differ in structure
     */
    public WeightAverage(double decay, Layer net, Layer averaged) {
        this.rule = new AverageUpdate(decay);
        this.averaged = averaged;
        averaged.loadStateDict(net.stateDict());
        this.parameters = Pair.all(averaged, net, Layer::ownParameters);
        this.buffers = Pair.all(averaged, net, Layer::ownBuffers);
        this.counters = Pair.all(averaged, net, Layer::ownCounters);
    }

    /** Returns the net that contains the average. */
    public Layer averaged() {
        return averaged;
    }

    /** Adds the net's current weights to the average. Call it once after each step of the optimizer. */
    public void update() {
        AverageUpdate update = updates.value() == 0 ? COPY : rule;
        parameters.forEach(pair -> update.apply(pair.average, pair.value));
        buffers.forEach(pair -> COPY.apply(pair.average, pair.value));
        parameters.getFirst().average.device().hostEffect(this::count);
    }

    private void count() {
        counters.forEach(pair -> pair.average.set(pair.value.value()));
        updates.increment();
    }

    /**
     * Returns a copy of the state that a later run needs to resume: the averaged net's values, and {@code n_averaged}.
     */
    public SequencedMap<String, NamedTensor> state() {
        return stateDict().read();
    }

    /**
     * Restores what {@link #state} returned.
     *
     * @throws dev.voxgrad.nn.StateMismatchException if it belongs to another net; then nothing is changed
     */
    public void loadState(Map<String, NamedTensor> state) {
        stateDict().write(state);
    }

    private StateDict stateDict() {
        return StateDict.of(averaged).add("n_averaged", updates);
    }
}
