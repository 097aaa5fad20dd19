package dev.voxgrad.bench;

import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import dev.voxgrad.engine.Layout;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.Availability;
import dev.voxgrad.engine.device.ConvolutionMode;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CpuStorage;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.CudaStorage;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.Devices;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.device.ReferenceStorage;
import dev.voxgrad.engine.device.cuda.GpuKernels;
import dev.voxgrad.engine.device.cuda.Precision;
import dev.voxgrad.engine.random.RandomPurpose;
import dev.voxgrad.engine.random.RandomStream;

/**
 * Provides what all benchmarks of kernels share: a device, random tensors on it, and counters.
 *
 * <p>The score is calls per second; the lines {@code :gflop} and {@code :gigabytes} below it are GFLOP/s and GB/s, and
 * 1000 / score is milliseconds per call. The CPU device uses all cores that the process may use: {@code taskset -c 0
 * bench/bin/bench MaxPool3d} measures one. The reference device is not measured by default, because one of its
 * convolutions takes minutes: {@code bench -p device=cpu,reference -p batch=1 -p convolution=direct Conv3d}.
 *
 * <p>On a GPU, {@code bench -p device=cuda -p precision=fp32,tf32,bf16 MaxPool3d}, the time is that of the GPU's work,
 * not of queueing it: see {@link BoundedQueue}. Activations have the precision's type. Each call goes through Java and
 * launches its kernels one by one, so a small call shows what launching costs. Operations that cuDNN has as well are
 * compared by {@code bench -p device=cuda -p kernels=own,cudnn BatchNorm}, likewise with {@code Pool3d} and {@code
 * Softmax}; see {@link GpuKernels}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-XX:+UseParallelGC", "-Xmx4g"})
public abstract class DeviceBenchmark {
    /** {@code cpu}, {@code cuda} or {@code reference}. */
    @Param("cpu")
    public String device;

    /** On a GPU: {@code fp32}, {@code tf32} or {@code bf16}. */
    @Param("fp32")
    public String precision;

    /** On a GPU: {@code own}, or {@code cudnn} for cuDNN's batch norm, pools and softmax. */
    @Param("own")
    public String kernels;

    private Device opened;
    /** The queue of a GPU's work; null on the host's devices, where a call's work is finished when it returns. */
    private @Nullable BoundedQueue queue;

    private int tensors;

    /** Counts the work, which JMH divides by the time. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Work {
        public double gflop;
        public double gigabytes;

        /** Resets the counters before each iteration. */
        @Setup(Level.Iteration)
        public void reset() {
            gflop = 0;
            gigabytes = 0;
        }

        /** Counts one call. */
        void add(double flop, double bytes) {
            gflop += flop / 1e9;
            gigabytes += bytes / 1e9;
        }
    }

    /** Opens the device, then calls {@link #prepare}. */
    @Setup
    public void open() {
        requireGpuFor(kernels, device);
        opened = switch (Devices.find(device, settings())) {
            case Availability.Available available -> available.device();
            case Availability.Missing(String reason) -> throw new IllegalArgumentException(reason);
        };
        queue = switch (opened) {
            case CudaDevice gpu -> new BoundedQueue(gpu::synchronize, System::nanoTime);
            case CpuDevice _, ReferenceDevice _ -> null;
        };
        prepare();
    }

    /** Throws if kernels other than our own are requested for a device that is not a GPU. */
    static void requireGpuFor(String kernels, String device) {
        if (!kernels.equals(GpuKernels.OWN.flag()) && !device.equals("cuda")) {
            throw new IllegalArgumentException("kernels: '" + kernels + "' is for device cuda, and this is " + device);
        }
    }

    /** Empties the queue before the clock starts. */
    @Setup(Level.Iteration)
    public void drain() {
        if (queue != null) {
            queue.drain();
        }
    }

    /** Counts a measured call, whose work must be queued by now, and returns its result. */
    final <T> T queued(T result) {
        if (queue != null) {
            queue.add();
        }
        return result;
    }

    /** Returns how the device computes convolutions; on a GPU, cuDNN decides. */
    ConvolutionMode convolution() {
        return ConvolutionMode.AUTO;
    }

    /** Returns whether the device may run consecutive layers as one operation. */
    boolean fusion() {
        return true;
    }

    /** Creates what is measured; the device is open. */
    abstract void prepare();

    private Devices.Settings settings() {
        return new Devices.Settings(
                0,
                convolution(),
                fusion(),
                new CudaDevice.Settings(
                        Precision.byFlag(precision), false, fusion(), GpuKernels.byFlag(kernels), _ -> {}));
    }

    /** Closes the device. */
    @TearDown
    public void close() throws Exception {
        if (opened instanceof AutoCloseable closeable) {
            closeable.close();
        }
    }

    final Device device() {
        return opened;
    }

    /** Returns a tensor of uniform random values from −0.5 to 0.5, different for each tensor. */
    final Tensor random(Shape shape, Layout layout) {
        return fill(Tensor.empty(opened, shape, layout));
    }

    /** Returns a random tensor with the shape, layout and type of another. */
    final Tensor randomLike(Tensor like) {
        return fill(like.emptyLike());
    }

    private Tensor fill(Tensor tensor) {
        RandomStream stream = new RandomStream(1, 0, tensors++, RandomPurpose.ANY);
        float[] values = new float[tensor.shape().elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = stream.nextFloat() - 0.5f;
        }
        opened.write(values, tensor.storage());
        return tensor;
    }

    /** Returns a random row-major tensor, such as a weight or a matrix. */
    final Tensor parameter(int... sizes) {
        return random(Shape.of(sizes), Layout.ROW_MAJOR);
    }

    /** Returns a random tensor (N,C,D,H,W) in the device's own layout and type. */
    final Tensor activation(Shape shape) {
        return fill(Tensor.emptyActivation(opened, shape));
    }

    /** Returns the bytes of each value of a tensor; 4 also on the reference device. */
    static int bytesEach(Tensor tensor) {
        return switch (tensor.storage()) {
            case CudaStorage gpu -> gpu.type().bytes();
            case CpuStorage _, ReferenceStorage _ -> Float.BYTES;
        };
    }

    /** Returns the bytes of a tensor's values. */
    static double bytes(Tensor tensor) {
        return (double) bytesEach(tensor) * tensor.shape().elements();
    }

    /** Parses the numbers of a text such as {@code 32-64-14}. */
    static int[] numbers(String text) {
        String[] parts = text.split("-");
        int[] numbers = new int[parts.length];
        for (int i = 0; i < parts.length; i++) {
            numbers[i] = Integer.parseInt(parts[i]);
        }
        return numbers;
    }
}
