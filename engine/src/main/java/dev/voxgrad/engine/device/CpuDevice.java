package dev.voxgrad.engine.device;

import java.lang.ref.Cleaner;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Layout;
import dev.voxgrad.engine.device.cpu.BufferPool;
import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.device.cpu.VectorModule;
import dev.voxgrad.engine.device.cpu.WorkerPool;
import dev.voxgrad.engine.trace.Recorder;

/**
 * Represents the processor's cores and vector units: float32 on the Java heap, activations channels-last, kernels in
 * the Vector API.
 *
 * <p>Work is cut into tasks by shape alone, never by the number of threads, and partial sums are added in task order:
 * results are bit-identical for any number of threads.
 */
public final class CpuDevice implements Device {
    /** Detects when tensors outside any scope become garbage. */
    private static final Cleaner CLEANER = Cleaner.create();

    private final WorkerPool workers;
    private final BufferPool<float[]> buffers = BufferPool.ofFloats();
    private final BufferPool<double[]> doubleBuffers = BufferPool.ofDoubles();
    private final ConvolutionMode convolution;
    private final boolean fusion;
    private @Nullable Recorder recorder;

    /** Creates a device with that many threads, including the calling one, that chooses its algorithms itself. */
    public CpuDevice(int threads) {
        this(threads, ConvolutionMode.AUTO, true);
    }

    /**
     * Creates a device with that many threads, including the calling one.
     *
     * @param convolution who chooses the convolution algorithm
     * @param fusion whether operations that follow one another may be run as one
     * @throws IllegalStateException if Java was started without the module of the Vector API; names the option
     */
    public CpuDevice(int threads, ConvolutionMode convolution, boolean fusion) {
        VectorModule.require();
        this.workers = new WorkerPool(threads);
        this.convolution = convolution;
        this.fusion = fusion;
    }

    /** Creates a device with one thread for each core that this process may use. */
    public static CpuDevice allCores() {
        return new CpuDevice(Runtime.getRuntime().availableProcessors());
    }

    @Override
    public String name() {
        return "cpu";
    }

    @Override
    public String description() {
        return "cpu: " + threads() + (threads() == 1 ? " thread, " : " threads, ") + arithmetic();
    }

    @Override
    public String arithmetic() {
        return Lanes.BITS + "-bit vectors, " + convolution.flag() + " convolution" + (fusion ? "" : ", no fusion");
    }

    /** Returns the number of threads, including the calling one. */
    public int threads() {
        return workers.threads();
    }

    @Override
    public ConvolutionMode convolution() {
        return convolution;
    }

    @Override
    public boolean fusion() {
        return fusion;
    }

    @Override
    public @Nullable Recorder recorder() {
        return recorder;
    }

    /** Reports all work to a recorder from now on, or to none if it is null; call this between operations. */
    public void traceTo(@Nullable Recorder newRecorder) {
        recorder = newRecorder;
    }

    /** Runs {@code task} for 0 … tasks−1, on all threads, and returns when all are done. */
    public void parallel(int tasks, IntConsumer task) {
        Recorder current = recorder;
        if (current == null) {
            workers.run(tasks, task);
        } else {
            current.parallel(workers::run, tasks, task);
        }
    }

    /** Returns a scratch array of at least that length, contents unspecified; return it with {@link #giveBack}. */
    public float[] borrow(int elements) {
        return take(buffers::takeBriefly, elements, Float.BYTES);
    }

    /** Does the same as {@link #borrow(int)}, but refuses a length that does not fit an int. */
    public float[] borrow(long elements) {
        return borrow((int) Math.min(elements, Integer.MAX_VALUE));
    }

    /** Takes back a scratch array. */
    public void giveBack(float[] scratch) {
        buffers.give(scratch, scratch.length);
    }

    /** Returns a scratch array for sums in double, all zero; return it with {@link #giveBack(double[])}. */
    public double[] borrowSums(int elements) {
        double[] sums = take(doubleBuffers::take, elements, Double.BYTES);
        Arrays.fill(sums, 0, elements, 0);
        return sums;
    }

    /** Takes back an array for sums. */
    public void giveBack(double[] sums) {
        doubleBuffers.give(sums, sums.length);
    }

    /** Takes an array; if the heap is full, releases all idle memory and tries again. */
    private <A> A take(IntFunction<A> pool, int elements, int elementBytes) {
        try {
            return pool.apply(elements);
        } catch (OutOfMemoryError e) {
            trim(); // the other pool too
            try {
                return pool.apply(elements);
            } catch (OutOfMemoryError f) {
                throw BufferPool.outOfMemory(
                        (long) elements * elementBytes,
                        String.format(
                                Locale.ROOT,
                                ", the tensors of this device already take %.1f MiB",
                                allocatedBytes() / 0x1p20),
                        f);
            }
        }
    }

    /**
     * Returns the bytes that this device occupies on the Java heap: tensors and scratch memory in use, and idle arrays
     * that wait for reuse. The garbage collector frees the latter when memory is short; so does {@link #trim}.
     */
    public long allocatedBytes() {
        return buffers.allocatedBytes() + doubleBuffers.allocatedBytes();
    }

    /** Releases all idle memory. Tensors keep theirs; whatever is needed next is allocated again. */
    public void trim() {
        buffers.trim();
        doubleBuffers.trim();
    }

    @Override
    public Layout activationLayout() {
        return Layout.CHANNELS_LAST;
    }

    @Override
    public CpuStorage allocate(int elements) {
        return new CpuStorage(take(buffers::take, elements, Float.BYTES), elements);
    }

    @Override
    public void leaveToCollector(Object holder, Storage storage) {
        BufferPool<float[]> pool = buffers;
        int length = ((CpuStorage) storage).array().length;
        CLEANER.register(holder, () -> pool.forget(length));
    }

    @Override
    public void free(Storage storage) {
        giveBack(((CpuStorage) storage).array());
    }

    @Override
    public void write(float[] from, Storage to) {
        System.arraycopy(from, 0, ((CpuStorage) to).array(), 0, to.elements());
        to.written();
    }

    @Override
    public void write(double[] from, Storage to) {
        float[] array = ((CpuStorage) to).array();
        for (int i = 0; i < to.elements(); i++) {
            array[i] = (float) from[i];
        }
        to.written();
    }

    @Override
    public void read(Storage from, float[] to) {
        System.arraycopy(((CpuStorage) from).array(), 0, to, 0, from.elements());
    }

    @Override
    public void read(Storage from, double[] to) {
        float[] array = ((CpuStorage) from).array();
        for (int i = 0; i < from.elements(); i++) {
            to[i] = array[i];
        }
    }

    @Override
    public void fill(Storage storage, double value) {
        Arrays.fill(((CpuStorage) storage).array(), 0, storage.elements(), (float) value);
        storage.written();
    }

    /** Stops the worker threads. */
    @Override
    public void close() {
        workers.close();
    }
}
