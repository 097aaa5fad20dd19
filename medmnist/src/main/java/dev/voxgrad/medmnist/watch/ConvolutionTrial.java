package dev.voxgrad.medmnist.watch;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;
import dev.voxgrad.engine.random.RandomPurpose;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.engine.trace.Pass;
import dev.voxgrad.engine.trace.Recorder;
import dev.voxgrad.engine.trace.TraceEvent;

/** Computes one convolution and its gradients on a device, repeatedly, and measures how long that takes. */
final class ConvolutionTrial {
    private static final int SEED = 3;
    private static final int KERNEL = 3;
    private static final List<Pass> PASSES = List.of(Pass.FORWARD, Pass.GRAD_INPUT, Pass.GRAD_WEIGHT);

    /**
     * Describes what to compute: a kernel of 3×3×3, padded by 1.
     *
     * @param channels in and out
     * @param runs number of runs, at least; the last half of them is measured
     * @param seconds for which runs are repeated, at least
     */
    record Settings(int batch, int channels, int edge, int runs, double seconds) {
        Shape input() {
            return Shape.of(batch, channels, edge, edge, edge);
        }

        Shape weight() {
            return Shape.of(channels, channels, KERNEL, KERNEL, KERNEL);
        }
    }

    /**
     * Holds the result, and the gradients of input and weight.
     *
     * @param algorithm of the forward pass, as the trace names it; empty if the device is not traced
     * @param gradients algorithm of the gradients
     * @param milliseconds of the three; of devices that are not traced, only the first two, the second for both
     *     gradients
     */
    record Result(String algorithm, String gradients, List<Double> milliseconds, List<double[]> values) {
        void write(DataOutputStream out) throws IOException {
            out.writeUTF(algorithm);
            out.writeUTF(gradients);
            for (double time : milliseconds) {
                out.writeDouble(time);
            }
            for (double[] array : values) {
                out.writeInt(array.length);
                for (double value : array) {
                    out.writeDouble(value);
                }
            }
        }

        static Result read(DataInputStream in, int mostValues) throws IOException {
            String algorithm = in.readUTF();
            String gradients = in.readUTF();
            List<Double> milliseconds = List.of(in.readDouble(), in.readDouble(), in.readDouble());
            List<double[]> values = new ArrayList<>();
            for (int i = 0; i < PASSES.size(); i++) {
                int length = in.readInt();
                if (length < 0 || length > mostValues) {
                    throw new IOException("a result has " + length + " values, expected at most " + mostValues);
                }
                double[] array = new double[length];
                for (int k = 0; k < length; k++) {
                    array[k] = in.readDouble();
                }
                values.add(array);
            }
            return new Result(algorithm, gradients, milliseconds, values);
        }
    }

    private final Device device;
    private final Settings settings;
    private final Tensor input;
    private final Tensor weight;
    private final Tensor upstream;

    private ConvolutionTrial(Device device, Settings settings) {
        this.device = device;
        this.settings = settings;
        this.input = normals(settings.input(), 0).requiresGrad(true);
        this.weight = normals(settings.weight(), 1).requiresGrad(true);
        this.upstream = normals(settings.input(), 2);
    }

    /** Returns random values that are exact in float32. */
    private Tensor normals(Shape shape, int number) {
        RandomStream random = new RandomStream(SEED, number, 0, RandomPurpose.ANY);
        float[] values = new float[shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        Tensor tensor = Tensor.of(device, shape, values);
        return shape.dim(2) == KERNEL ? tensor : tensor.inLayout(device.activationLayout());
    }

    static Result run(Device device, Settings settings) {
        ConvolutionTrial trial = new ConvolutionTrial(device, settings);
        return device instanceof CpuDevice cpu ? trial.traced(cpu) : trial.timed();
    }

    private List<double[]> once(List<Long> nanos) {
        long start = System.nanoTime();
        try (Scope _ = Scope.open()) {
            Tensor y = input.conv3d(weight, null, new Conv3dOp(Dims3.ONE, Dims3.ONE, Dims3.ONE, 1));
            double[] result = y.toDoubleArray(); // also waits for a GPU
            long middle = System.nanoTime();
            Gradients gradients = y.backward(upstream);
            double[] dx = gradients.of(input).toDoubleArray();
            double[] dw = gradients.of(weight).toDoubleArray();
            nanos.add(middle - start);
            nanos.add(System.nanoTime() - middle);
            return List.of(result, dx, dw);
        }
    }

    /** Runs once on the reference, which takes long and gets no faster; a GPU runs until it is warm. */
    private Result timed() {
        List<Long> nanos = new ArrayList<>();
        List<double[]> values = once(nanos);
        if (device.gpuSettings().isPresent()) {
            long end = System.nanoTime() + (long) (settings.seconds * 1e9);
            while (System.nanoTime() < end) {
                nanos.clear();
                once(nanos);
            }
        }
        return new Result("", "", List.of(nanos.get(0) / 1e6, nanos.get(1) / 1e6, Double.NaN), values);
    }

    private Result traced(CpuDevice cpu) {
        List<List<TraceEvent>> runs = new ArrayList<>();
        Recorder recorder = new Recorder();
        cpu.traceTo(recorder);
        List<double[]> values;
        try {
            long end = System.nanoTime() + (long) (settings.seconds * 1e9);
            do {
                values = once(new ArrayList<>());
                runs.add(recorder.takeEvents());
            } while (runs.size() < settings.runs || System.nanoTime() < end);
        } finally {
            cpu.traceTo(null);
        }
        List<Double> milliseconds = new ArrayList<>();
        for (Pass pass : PASSES) {
            List<Long> nanos = runs.subList(runs.size() / 2, runs.size()).stream()
                    .map(run -> of(run, pass).nanos())
                    .toList();
            milliseconds.add(KernelTimes.median(nanos) / 1e6);
        }
        List<TraceEvent> last = runs.getLast();
        return new Result(
                of(last, Pass.FORWARD).work().algorithm(),
                of(last, Pass.GRAD_WEIGHT).work().algorithm(),
                milliseconds,
                values);
    }

    private static TraceEvent of(List<TraceEvent> run, Pass pass) {
        return run.stream()
                .filter(event -> event.op().equals("conv3d") && event.pass() == pass)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("watch: the trace has no " + pass.label()));
    }
}
