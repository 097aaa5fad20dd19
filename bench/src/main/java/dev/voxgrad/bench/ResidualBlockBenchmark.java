package dev.voxgrad.bench;

import java.util.SequencedMap;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;
import dev.voxgrad.nn.BatchNorm3d;
import dev.voxgrad.nn.Conv3d;
import dev.voxgrad.nn.Initialization;
import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.Named;
import dev.voxgrad.nn.ReLU;
import dev.voxgrad.nn.Residual;

/**
 * Measures the residual blocks of ResNet-18 and ResNet-50 on volumes of 28³, run as one operation and layer by layer.
 *
 * <p>FLOP are those of the convolutions by definition. Bytes are what separate layers read and write, once for every
 * tensor, so they are the same for both ways of running them: what fusion saves shows as a higher rate.
 */
@SuppressWarnings("NullAway.Init") // prepare() sets the fields.
public class ResidualBlockBenchmark extends DeviceBenchmark {
    /**
     * The number of convolutions of the main path (2: basic, 3: bottleneck), input channels, width, output channels,
     * edge of the volume and stride.
     */
    @Param({
        "2-64-64-64-28-1",
        "2-64-128-128-28-2",
        "2-256-256-256-7-1",
        "3-64-64-256-28-1",
        "3-256-64-256-28-1",
        "3-1024-256-1024-7-1"
    })
    public String block;

    /** The edge of the 3-kernels along the depth: 1 in a net of 2.5D convolutions. */
    @Param({"3", "1"})
    public int depth;

    @Param({"true", "false"})
    public boolean fusion;

    @Param("16")
    public int batch;

    private Residual layer;
    private Tensor input;
    private Tensor upstream;
    private double forwardFlop;
    private double inferBytes;
    private double trainBytes;

    @Override
    boolean fusion() {
        return fusion;
    }

    @Override
    void prepare() {
        int[] sizes = numbers(block);
        int inputs = sizes[1];
        int width = sizes[2];
        int outputs = sizes[3];
        int edge = sizes[4];
        int stride = sizes[5];
        forwardFlop = 0;
        inferBytes = 0;
        trainBytes = 0;
        Shape x = Shape.of(batch, inputs, edge, edge, edge);
        SequencedMap<String, Layer> main = Named.of();
        Shape a = x;
        boolean basic = sizes[0] == 2;
        if (!basic) {
            a = addUnit(main, 1, a, width, 1, 1);
            main.put("relu1", new ReLU());
        }
        a = addUnit(main, sizes[0] - 1, a, width, 3, stride);
        main.put("relu" + (sizes[0] - 1), new ReLU());
        Shape y = addUnit(main, sizes[0], a, outputs, basic ? 3 : 1, 1);
        SequencedMap<String, Layer> shortcut = Named.of();
        if (stride > 1 || inputs != outputs) {
            addUnit(shortcut, 0, x, outputs, 1, stride);
        }
        layer = new Residual(main, shortcut.values().toArray(Layer[]::new));
        Initialization.apply(layer, 1);
        input = activation(x).requiresGrad(true);
        upstream = activation(y);
        int each = bytesEach(upstream);
        // The sum reads two tensors and writes one; in backward, it passes its gradient on to both.
        inferBytes = each * (inferBytes + 3.0 * y.elements());
        trainBytes = inferBytes + each * (trainBytes + 3.0 * x.elements());
    }

    /** Adds a convolution and its batch norm, and returns the shape of their result. */
    private Shape addUnit(SequencedMap<String, Layer> layers, int index, Shape x, int outputs, int kernel, int stride) {
        Dims3 size = new Dims3(kernel == 1 ? 1 : depth, kernel, kernel);
        Dims3 padding = new Dims3(size.d() / 2, kernel / 2, kernel / 2);
        Conv3dOp op = new Conv3dOp(Dims3.cube(stride), padding, Dims3.ONE, 1);
        layers.put("conv" + index, new Conv3d(device(), x.dim(1), outputs, size, op, false));
        layers.put("bn" + index, new BatchNorm3d(device(), outputs));
        int edge = Math.ceilDiv(x.dim(2), stride);
        Shape y = Shape.of(batch, outputs, edge, edge, edge);
        forwardFlop += 2.0 * y.elements() * size.product() * x.dim(1);
        // A convolution reads and writes, batch norm and ReLU do; in training, batch norm reads once more, and in the
        // backward pass ReLU takes 3, batch norm 5, a convolution 3.
        inferBytes += x.elements() + 5.0 * y.elements();
        trainBytes += 2.0 * x.elements() + (1 + 3 + 5 + 1) * (double) y.elements();
        return y;
    }

    /** Runs forward and backward as in training. */
    @Benchmark
    public Gradients train(Work work) {
        layer.train();
        work.add(3 * forwardFlop, trainBytes);
        try (var _ = Scope.open()) {
            return queued(layer.forward(input).backward(upstream));
        }
    }

    /** Runs forward with running statistics. */
    @Benchmark
    public Tensor infer(Work work) {
        layer.eval();
        work.add(forwardFlop, inferBytes);
        try (var _ = Scope.withoutGradients()) {
            return queued(layer.forward(input));
        }
    }
}
