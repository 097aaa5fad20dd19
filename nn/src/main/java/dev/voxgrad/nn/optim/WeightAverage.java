package dev.voxgrad.nn.optim;

import java.util.Map;
import java.util.SequencedMap;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.optim.AverageUpdate;
import dev.voxgrad.nn.Counter;
import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.Named;
import dev.voxgrad.nn.NamedTensor;
import dev.voxgrad.nn.StateDict;

/**
 * An exponential moving average of a net's weights over the steps of its training, kept in a second net of the same
 * make, as PyTorch's {@code AveragedModel} with {@code get_ema_multi_avg_fn}: the first update copies the parameters,
 * each later one moves the averages towards them, and every one copies buffers and counters. The formula is at
 * {@link AverageUpdate}; with decay δ it looks back over about 1/(1 − δ) steps.
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
    private final Layer net;
    private final Layer averaged;
    private final Counter updates = new Counter();

    /**
     * Of {@code net}, kept in {@code averaged}, whose numbers it replaces at the first update. Made outside of a scope,
     * since both nets outlive the steps.
     *
     * @param decay how much of the average stays in each update, at least 0 and less than 1
     * @throws dev.voxgrad.nn.StateMismatchException if the nets are not of the same make
     */
    public WeightAverage(double decay, Layer net, Layer averaged) {
        this.rule = new AverageUpdate(decay);
        this.net = net;
        this.averaged = averaged;
        averaged.loadStateDict(net.stateDict());
    }

    /** The net that holds the average. */
    public Layer averaged() {
        return averaged;
    }

    /** Takes the net's present weights into the average: once after each step of the optimiser. */
    public void update() {
        apply(updates.value() == 0 ? COPY : rule, averaged.parameters(), net.parameters());
        apply(COPY, averaged.buffers(), net.buffers());
        averaged.parameters().values().iterator().next().device().hostEffect(this::count);
    }

    private void count() {
        SequencedMap<String, Layer> sources = Named.layers(net);
        Named.layers(averaged).forEach((path, layer) -> {
            SequencedMap<String, Counter> counters = sources.get(path).ownCounters();
            layer.ownCounters().forEach((name, counter) -> counter.set(counters.get(name).value()));
        });
        updates.increment();
    }

    private static void apply(AverageUpdate update, Map<String, Tensor> averages, Map<String, Tensor> values) {
        averages.forEach((name, average) -> update.apply(average, values.get(name)));
    }

    /** A copy of all that a later run needs to go on: the averaged net's numbers, and {@code n_averaged}. */
    public SequencedMap<String, NamedTensor> state() {
        return stateDict().read();
    }

    /**
     * Takes over what {@link #state} gave.
     *
     * @throws dev.voxgrad.nn.StateMismatchException if it is of another net; nothing is changed then
     */
    public void loadState(Map<String, NamedTensor> state) {
        stateDict().write(state);
    }

    private StateDict stateDict() {
        return StateDict.of(averaged).add("n_averaged", updates);
    }
}
