package dev.voxgrad.bench;

import java.util.Arrays;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.autograd.Op;

/**
 * Forward and backward of one operation, each by itself: backward runs again and again from what one forward saved.
 *
 * <p>Bytes are 4 for every number of every tensor that goes in or comes out, once each, and 2 for bfloat16: a pass that
 * reads its input twice, or takes some of it from the cache, moves more or less than is counted, and the reference
 * device keeps 8 bytes a number. FLOP count each addition, multiplication, division, comparison, root and exponential
 * of the formula once, whatever the algorithm.
 */
public abstract class OpBenchmark extends DeviceBenchmark {
    @Param("32")
    public int batch;

    private Op op;
    private Tensor[] inputs;
    private Tensor upstream;
    private Context recorded;
    private double forwardFlop;
    private double backwardFlop;
    private double forwardBytes;
    private double backwardBytes;

    abstract Op op();

    abstract Tensor[] inputs();

    /** Of one call. */
    abstract double forwardFlop();

    /** Of one call, for the gradients of all inputs. */
    abstract double backwardFlop();

    /**
     * How many bytes backward reads and writes, where inputs and output have that many: usually the upstream gradient,
     * what was saved, as large as the inputs, and the inputs' gradients.
     */
    double backwardBytes(double inputBytes, double outputBytes) {
        return outputBytes + 2 * inputBytes;
    }

    @Override
    void prepare() {
        op = op();
        inputs = inputs();
        double inputBytes =
                Arrays.stream(inputs).mapToDouble(DeviceBenchmark::bytes).sum();
        forwardFlop = forwardFlop();
        backwardFlop = backwardFlop();
        boolean[] all = new boolean[inputs.length];
        Arrays.fill(all, true);
        recorded = record(all);
        double outputBytes = bytes(upstream);
        forwardBytes = inputBytes + outputBytes;
        backwardBytes = backwardBytes(inputBytes, outputBytes);
    }

    /** The activation of {@code 32-28}, channels and edge: (batch,32,28,28,28). */
    final Shape volumes(String channelsAndEdge) {
        int[] sizes = numbers(channelsAndEdge);
        return Shape.of(batch, sizes[0], sizes[1], sizes[1], sizes[1]);
    }

    /** Runs forward once, outside of any scope: what it saves stays. One flag for each input that needs a gradient. */
    final Context record(boolean... needsGradient) {
        Context context = new Context(op, inputs, needsGradient, true, null);
        Tensor output = op.forward(context, inputs);
        if (upstream == null) {
            upstream = randomLike(output);
        }
        return context;
    }

    /** The output's gradient. */
    final Tensor upstream() {
        return upstream;
    }

    /** The forward pass, as in prediction. */
    @Benchmark
    public Tensor forward(Work work) {
        work.add(forwardFlop, forwardBytes);
        try (var _ = Scope.withoutGradients()) {
            return queued(Tensor.apply(op, inputs));
        }
    }

    /** The gradients of all inputs. */
    @Benchmark
    public Tensor[] backward(Work work) {
        work.add(backwardFlop, backwardBytes);
        return backward(recorded);
    }

    /** The gradients that {@code context} was recorded for. */
    final Tensor[] backward(Context context) {
        try (var _ = Scope.open()) {
            return queued(op.backward(context, upstream));
        }
    }
}
