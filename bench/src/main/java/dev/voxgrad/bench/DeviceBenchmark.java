package dev.voxgrad.bench;

import java.util.concurrent.TimeUnit;

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
 * What all benchmarks of kernels share: a device, random tensors on it, and counters.
 *
 * <p>The score is calls per second; the lines {@code :gflop} and {@code :gigabytes} below it are GFLOP/s and GB/s, and
 * 1000 / score is milliseconds per call. The CPU device takes all cores that the process may use:
 * {@code taskset -c 0 bench/bin/bench MaxPool3d} measures one. The reference device is left out unless asked for, since
 * one of its convolutions takes minutes: {@code bench -p device=cpu,reference -p batch=1 -p convolution=direct Conv3d}.
 *
 * <p>On a GPU, {@code bench -p device=cuda -p precision=fp32,tf32,bf16 MaxPool3d}, the time is that of the GPU's work
 * and not of queueing it: see {@link BoundedQueue}. Activations are of the precision's type. Each call goes through
 * Java and launches its kernels one by one, so a small one shows what launching costs. What cuDNN has too is compared
 * by {@code bench -p device=cuda -p kernels=own,cudnn BatchNorm}, likewise with {@code Pool3d} and {@code Softmax};
 * {@link GpuKernels} says what that is.
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
    /** Of a GPU's work; null on the host's devices, where a call's work is done when it returns. */
    private BoundedQueue queue;

    private int tensors;

    /** Work done, which JMH divides by the time. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Work {
        public double gflop;
        public double gigabytes;

        /** Each iteration counts afresh. */
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

    /** Kernels other than our own are a GPU's. */
    static void requireGpuFor(String kernels, String device) {
        if (!kernels.equals(GpuKernels.OWN.flag()) && !device.equals("cuda")) {
            throw new IllegalArgumentException("kernels: '" + kernels + "' is for device cuda, and this is " + device);
        }
    }

    /** The clock starts with nothing to do. */
    @Setup(Level.Iteration)
    public void drain() {
        if (queue != null) {
            queue.drain();
        }
    }

    /** To be called with what a measured call returns, when all of its work is queued. */
    final <T> T queued(T result) {
        if (queue != null) {
            queue.add();
        }
        return result;
    }

    /** How the device computes convolutions. A GPU's are left to cuDNN. */
    ConvolutionMode convolution() {
        return ConvolutionMode.AUTO;
    }

    /** Whether the device may run layers that follow one another as one operation. */
    boolean fusion() {
        return true;
    }

    /** Makes what is measured; the device is open. */
    abstract void prepare();

    private Devices.Settings settings() {
        return new Devices.Settings(
                0,
                convolution(),
                fusion(),
                new CudaDevice.Settings(
                        Precision.byFlag(precision), false, fusion(), GpuKernels.byFlag(kernels), _ -> {}));
    }

    /** Ends what the device holds. */
    @TearDown
    public void close() throws Exception {
        if (opened instanceof AutoCloseable closeable) {
            closeable.close();
        }
    }

    final Device device() {
        return opened;
    }

    /** Uniform random numbers from −0.5 to 0.5, others for each tensor. */
    final Tensor random(Shape shape, Layout layout) {
        return fill(Tensor.empty(opened, shape, layout));
    }

    /** Random numbers in another tensor of that shape, layout and type. */
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

    /** A random row-major tensor: weights, matrices. */
    final Tensor parameter(int... sizes) {
        return random(Shape.of(sizes), Layout.ROW_MAJOR);
    }

    /** A random (N,C,D,H,W) in the device's own layout and type. */
    final Tensor activation(Shape shape) {
        return fill(Tensor.emptyActivation(opened, shape));
    }

    /** Bytes of a number in that tensor; 4 on the reference device, too. */
    static int bytesEach(Tensor tensor) {
        return switch (tensor.storage()) {
            case CudaStorage gpu -> gpu.type().bytes();
            case CpuStorage _, ReferenceStorage _ -> Float.BYTES;
        };
    }

    /** Bytes of that tensor's numbers. */
    static double bytes(Tensor tensor) {
        return (double) bytesEach(tensor) * tensor.shape().elements();
    }

    /** The numbers of a text such as {@code 32-64-14}. */
    static int[] numbers(String text) {
        String[] parts = text.split("-");
        int[] numbers = new int[parts.length];
        for (int i = 0; i < parts.length; i++) {
            numbers[i] = Integer.parseInt(parts[i]);
        }
        return numbers;
    }
}
