package dev.voxgrad.bench;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ConvolutionMode;
import dev.voxgrad.nn.BatchNorm3d;
import dev.voxgrad.nn.Conv3d;
import dev.voxgrad.nn.Initialization;
import dev.voxgrad.nn.MaxPool3d;
import dev.voxgrad.nn.ReLU;
import dev.voxgrad.nn.Sequential;

/**
 * Measures the stages of the nets, (convolution, batch norm, ReLU) twice and a max pool, run as one operation and layer
 * by layer, with each convolution algorithm.
 *
 * <p>FLOP are those of the convolutions by definition. Bytes are what separate layers read and write, once for every
 * tensor, so they are the same for both ways of running them: what fusion saves shows as a higher rate.
 */
@SuppressWarnings("NullAway.Init") // prepare() sets the fields.
public class ConvBlockBenchmark extends DeviceBenchmark {
    /** The input channels, output channels and edge of the volume. */
    @Param({"1-32-28", "32-64-14", "64-128-7", "128-256-3"})
    public String stage;

    @Param({"true", "false"})
    public boolean fusion;

    @Param({"auto", "direct"})
    public String convolution;

    @Param("32")
    public int batch;

    private Sequential layers;
    private Tensor input;
    private Tensor upstream;
    private double forwardFlop;
    private double trainFlop;
    private double inferBytes;
    private double trainBytes;

    @Override
    ConvolutionMode convolution() {
        return ConvolutionMode.byFlag(convolution);
    }

    @Override
    boolean fusion() {
        return fusion;
    }

    @Override
    void prepare() {
        int[] sizes = numbers(stage);
        int width = sizes[1];
        int edge = sizes[2];
        layers = new Sequential(
                new Conv3d(device(), sizes[0], width, 3, 1),
                new BatchNorm3d(device(), width),
                new ReLU(),
                new Conv3d(device(), width, width, 3, 1),
                new BatchNorm3d(device(), width),
                new ReLU(),
                new MaxPool3d(2));
        Initialization.apply(layers, 1);
        input = activation(Shape.of(batch, sizes[0], edge, edge, edge)).requiresGrad(sizes[0] > 1);
        upstream = activation(Shape.of(batch, width, edge / 2, edge / 2, edge / 2));
        double activation = (double) batch * width * edge * edge * edge;
        double pooled = upstream.shape().elements();
        double first = 2 * activation * 27 * sizes[0];
        forwardFlop = first + 2 * activation * 27 * width;
        trainFlop = 3 * forwardFlop - (input.requiresGrad() ? 0 : first);
        int each = bytesEach(upstream);
        // Layer by layer: a convolution writes, batch norm and ReLU read and write, the next layer reads.
        inferBytes = each * (2 * 6 * activation + pooled);
        // Statistics read once more. In backward, a pool reads and writes, ReLU takes 3, batch norm 5, a convolution 3.
        trainBytes = inferBytes + each * ((2 + 2 + 2 * (3 + 5 + 3)) * activation + pooled);
    }

    /** Runs forward and backward as in training; the first stage's input needs no gradient. */
    @Benchmark
    public Gradients train(Work work) {
        layers.train();
        work.add(trainFlop, trainBytes);
        try (var _ = Scope.open()) {
            return queued(layers.forward(input).backward(upstream));
        }
    }

    /** Runs forward with running statistics. */
    @Benchmark
    public Tensor infer(Work work) {
        layers.eval();
        work.add(forwardFlop, inferBytes);
        try (var _ = Scope.withoutGradients()) {
            return queued(layers.forward(input));
        }
    }
}
