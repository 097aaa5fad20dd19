import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Supplier;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ConvolutionMode;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CpuStorage;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.op.conv3d.Conv3dAlgorithm;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;
import dev.voxgrad.engine.op.conv3d.cpu.TiledConv3d;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelReader;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelWriter;
import dev.voxgrad.engine.op.conv3d.cpu.direct.TiledDirectConv3d;
import dev.voxgrad.engine.op.conv3d.cpu.few.TiledFewChannelsConv3d;
import dev.voxgrad.nn.BatchNorm3d;
import dev.voxgrad.nn.Conv3d;
import dev.voxgrad.nn.Initialization;
import dev.voxgrad.nn.MaxPool3d;
import dev.voxgrad.nn.ReLU;
import dev.voxgrad.nn.Sequential;

/**
 * Measures each rung of the ladder in 2-one-convolution.md: the same convolution by the definition, directly, by
 * Winograd's algorithm with small and large tiles, and fused with what follows it. The arguments are the number of
 * volumes (4), their edge (28), the channels (32) and the tenths of a second (15) for which each rung is warmed up, and
 * then measured; the fastest run counts.
 */
final class Ladder {
    private final int batch;
    private final int edge;
    private final int channels;
    private final long nanos;
    private final int threads = Runtime.getRuntime().availableProcessors();
    private double before;

    private Ladder(int batch, int edge, int channels, int tenths) {
        this.batch = batch;
        this.edge = edge;
        this.channels = channels;
        this.nanos = tenths * 100_000_000L;
    }

    public static void main(String[] args) {
        int[] numbers = {4, 28, 32, 15};
        for (int i = 0; i < args.length; i++) {
            numbers[i] = Integer.parseInt(args[i]);
        }
        Ladder ladder = new Ladder(numbers[0], numbers[1], numbers[2], numbers[3]);
        ladder.wideConvolution();
        ladder.firstConvolution();
        ladder.stage();
    }

    /** Runs a layer in the middle of a net, forward. */
    private void wideConvolution() {
        title("%d volumes of %d³, %d → %d channels, 3×3×3, forward", channels);
        System.out.println("rung                    ms     gain  products  largest error");
        double[] exact = new double[0];
        before = 0;
        try (ReferenceDevice reference = ReferenceDevice.INSTANCE) {
            exact = convolution(reference, "definition", 27, exact);
        }
        exact = rung(ConvolutionMode.DIRECT, exact);
        exact = rung(ConvolutionMode.WINOGRAD, exact);
        rung(ConvolutionMode.WINOGRAD4, exact);
    }

    private double[] rung(ConvolutionMode mode, double[] exact) {
        try (CpuDevice cpu = new CpuDevice(threads, mode, false)) {
            Conv3dAlgorithm algorithm = Conv3dAlgorithm.ofInference(mode, geometry(channels));
            double products =
                    switch (algorithm) {
                        case WINOGRAD -> 64 / 8.0; // for each output and pair of channels
                        case WINOGRAD4 -> 216 / 64.0;
                        default -> 27;
                    };
            return convolution(cpu, algorithm.label(), products, exact);
        }
    }

    /** Measures a rung and compares its result with the exact one; returns the exact one. */
    private double[] convolution(Device device, String name, double products, double[] exact) {
        Tensor x = Tensor.of(device, volumes(channels), random(volumes(channels), 1));
        Shape kernels = Shape.of(channels, channels, 3, 3, 3);
        Tensor w = Tensor.of(device, kernels, random(kernels, 2));
        Tensor input = x.inLayout(device.activationLayout());
        double ms = fastest(() -> input.conv3d(w, null, Conv3dOp.padded(1)));
        double[] y = input.conv3d(w, null, Conv3dOp.padded(1)).toDoubleArray();
        double[] expected = exact.length == 0 ? y : exact;
        double error = 0;
        double largest = 0;
        for (int i = 0; i < y.length; i++) {
            error = Math.max(error, Math.abs(y[i] - expected[i]));
            largest = Math.max(largest, Math.abs(expected[i]));
        }
        line(name, ms, "%7.2f  %13.1e", products, error / largest);
        return expected;
    }

    /** Runs the first layer of a net, whose volumes have one channel, with both direct algorithms. */
    private void firstConvolution() {
        title("%d volumes of %d³, 1 → %d channels, 3×3×3, forward", channels);
        before = 0;
        try (CpuDevice cpu = new CpuDevice(threads)) {
            Conv3dGeometry g = geometry(1);
            tiled("direct", new TiledDirectConv3d(cpu, g), cpu);
            tiled("direct-few", new TiledFewChannelsConv3d(cpu, g), cpu);
        }
    }

    private void tiled(String name, TiledConv3d convolution, CpuDevice cpu) {
        Tensor x = Tensor.of(cpu, volumes(1), random(volumes(1), 1));
        Shape kernels = Shape.of(channels, 1, 3, 3, 3);
        float[] w = CpuStorage.array(Tensor.of(cpu, kernels, random(kernels, 2)));
        VoxelReader reader = VoxelReader.of(CpuStorage.array(x), 1, convolution.inputVoxel());
        double ms = fastest(() -> {
            Tensor y = Tensor.emptyActivation(cpu, volumes(channels));
            convolution.forward(reader, w, null, null, VoxelWriter.to(CpuStorage.array(y), channels));
            return y;
        });
        line(name, ms, "");
    }

    /** Runs a stage of a net, forward and backward, layer by layer and fused. */
    private void stage() {
        title("%d volumes of %d³, 1 → %d channels, (conv, norm, ReLU) × 2, pool, forward and backward", channels);
        before = 0;
        stage("layer by layer", false);
        stage("fused", true);
    }

    private void stage(String name, boolean fusion) {
        try (CpuDevice cpu = new CpuDevice(threads, ConvolutionMode.AUTO, fusion)) {
            Sequential layers = new Sequential(
                    new Conv3d(cpu, 1, channels, 3, 1),
                    new BatchNorm3d(cpu, channels),
                    new ReLU(),
                    new Conv3d(cpu, channels, channels, 3, 1),
                    new BatchNorm3d(cpu, channels),
                    new ReLU(),
                    new MaxPool3d(2));
            Initialization.apply(layers, 1);
            Tensor x = Tensor.of(cpu, volumes(1), random(volumes(1), 1));
            line(name, fastest(() -> layers.forward(x).sum().backward()), "");
        }
    }

    private Shape volumes(int volumeChannels) {
        return Shape.of(batch, volumeChannels, edge, edge, edge);
    }

    private Conv3dGeometry geometry(int inputs) {
        Shape weight = Shape.of(channels, inputs, 3, 3, 3);
        Conv3dOp op = new Conv3dOp(Dims3.ONE, Dims3.ONE, Dims3.ONE, 1);
        return op.geometry(volumes(inputs), weight, op.outputShape(volumes(inputs), weight));
    }

    private static float[] random(Shape shape, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() - 0.5F;
        }
        return values;
    }

    /** Returns the milliseconds of the fastest run, once the JIT has compiled the kernels. */
    private double fastest(Supplier<?> work) {
        fastestWithin(work);
        return fastestWithin(work) / 1e6;
    }

    private long fastestWithin(Supplier<?> work) {
        long best = Long.MAX_VALUE;
        long end = System.nanoTime() + nanos;
        do {
            long start = System.nanoTime();
            try (Scope _ = Scope.open()) {
                work.get();
            }
            best = Math.min(best, System.nanoTime() - start);
        } while (System.nanoTime() < end);
        return best;
    }

    private void title(String format, int outputs) {
        System.out.printf(Locale.ROOT, "%n" + format + "%n", batch, edge, outputs, outputs);
    }

    private void line(String name, double ms, String format, Object... more) {
        String gain = before == 0 ? "" : String.format(Locale.ROOT, "×%.2f", before / ms);
        String rest = String.format(Locale.ROOT, format, more);
        System.out.printf(Locale.ROOT, "%-16s  %8.2f  %7s  %s%n", name, ms, gain, rest);
        before = ms;
    }
}
