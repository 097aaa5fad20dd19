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
 * Measures forward and backward of one operation, each by itself: backward runs repeatedly from what one forward saved.
 *
 * <p>Bytes are 4 for every value of every input and output tensor, once each, and 2 for bfloat16. A pass that reads its
 * input twice, or takes part of it from the cache, moves more or less than is counted, and the reference device uses 8
 * bytes per value. FLOP count each addition, multiplication, division, comparison, root and exponential of the formula
 * once, whatever the algorithm.
 */
@SuppressWarnings("NullAway.Init") // prepare() sets the fields.
public abstract class OpBenchmark extends DeviceBenchmark {
    @Param("32")
    public int batch;

    private Op op;
    private Tensor[] inputs;
    private Tensor upstream;
    private Context context;
    private double forwardFlop;
    private double backwardFlop;
    private double forwardBytes;
    private double backwardBytes;

    abstract Op op();

    abstract Tensor[] inputs();

    /** Returns the FLOP of one call. */
    abstract double forwardFlop();

    /** Returns the FLOP of one call, for the gradients of all inputs. */
    abstract double backwardFlop();

    /**
     * Returns how many bytes backward reads and writes, given the bytes of the inputs and of the output: usually the
     * upstream gradient, the saved tensors, which are as large as the inputs, and the inputs' gradients.
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
        context = runForward(all);
        double outputBytes = bytes(upstream);
        forwardBytes = inputBytes + outputBytes;
        backwardBytes = backwardBytes(inputBytes, outputBytes);
    }

    /** Returns the shape of an activation such as {@code 32-28}, channels and edge: (batch,32,28,28,28). */
    final Shape volumes(String channelsAndEdge) {
        int[] sizes = numbers(channelsAndEdge);
        return Shape.of(batch, sizes[0], sizes[1], sizes[1], sizes[1]);
    }

    /**
     * Runs forward once, outside of any scope, so that the saved tensors stay; a flag per input requires a gradient.
     */
    final Context runForward(boolean... needsGradient) {
        Context context = new Context(op, inputs, needsGradient, true, null);
        Tensor output = op.forward(context, inputs);
        if (upstream == null) {
            upstream = randomLike(output);
        }
        return context;
    }

    /** Returns the output's gradient. */
    final Tensor upstream() {
        return upstream;
    }

    /** Runs the forward pass as in prediction. */
    @Benchmark
    public Tensor forward(Work work) {
        work.add(forwardFlop, forwardBytes);
        try (var _ = Scope.withoutGradients()) {
            return queued(Tensor.apply(op, inputs));
        }
    }

    /** Computes the gradients of all inputs. */
    @Benchmark
    public Tensor[] backward(Work work) {
        work.add(backwardFlop, backwardBytes);
        return backward(context);
    }

    /** Computes the gradients for which {@code context} was created. */
    final Tensor[] backward(Context context) {
        try (var _ = Scope.open()) {
            return queued(op.backward(context, upstream));
        }
    }
}
