package dev.voxgrad.bench;

import java.util.ArrayList;
import java.util.List;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.optim.UpdateSlot;
import dev.voxgrad.nn.optim.Adam;
import dev.voxgrad.nn.optim.AdamW;
import dev.voxgrad.nn.optim.SGD;
import dev.voxgrad.nn.optim.UpdateRule;

/** Measures one update of one parameter. */
@SuppressWarnings("NullAway.Init") // prepare() sets the fields.
public class OptimizerBenchmark extends DeviceBenchmark {
    /** The number of values in the parameter: convolutions 32→32, 64→64, 128→128 and 256→256. */
    @Param({"27648", "110592", "442368", "1769472"})
    public int elements;

    @Param({"adamW", "adam", "sgd"})
    public String rule;

    private UpdateRule update;
    private Tensor parameter;
    private Tensor gradient;
    private final List<Tensor> state = new ArrayList<>();
    private double flop;
    private double bytes;
    private long step;

    @Override
    void prepare() {
        update = switch (rule) {
            case "adamW" -> new AdamW(1e-3, 5e-4);
            case "adam" -> new Adam(1e-3, 5e-4);
            case "sgd" -> new SGD(1e-3, 0.9, 5e-4);
            default -> throw new IllegalArgumentException("rule: '" + rule + "' is unknown; choose adamW, adam or sgd");
        };
        parameter = parameter(elements);
        gradient = parameter(elements);
        for (String _ : update.stateNames()) {
            state.add(Tensor.zeros(device(), parameter.shape()));
        }
        // Adam: mean 3, square 4, root, correction, ε, quotient, rate, difference; decay one (AdamW) or two.
        // SGD: decay 2, velocity 2, rate and difference.
        flop = elements
                * switch (rule) {
                    case "adamW" -> 14.0;
                    case "adam" -> 15.0;
                    default -> 6.0;
                };
        // The gradient is read; parameter and state are read and written.
        bytes = 4.0 * elements * (3 + 2 * state.size());
    }

    /** Updates the parameter in place. */
    @Benchmark
    public Tensor update(Work work) {
        work.add(flop, bytes);
        update.update(++step, update.learningRate()).apply(new UpdateSlot(parameter, gradient, state));
        return queued(parameter);
    }
}
