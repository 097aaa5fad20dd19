package dev.voxgrad.engine.device;

import java.util.Arrays;
import java.util.function.IntConsumer;

import dev.voxgrad.engine.Layout;
import dev.voxgrad.engine.cpu.BufferPool;
import dev.voxgrad.engine.cpu.Lanes;
import dev.voxgrad.engine.cpu.WorkerPool;
import dev.voxgrad.engine.op.conv3d.Conv3dChoice;
import dev.voxgrad.engine.trace.Recorder;

/**
 * The processor's cores and vector units: float32 on the Java heap, activations channels-last, kernels in the
 * Vector API.
 *
 * <p>Work is cut into tasks by shape alone, never by the number of threads, and partial sums are added in task
 * order: results are the same to the bit for any number of threads.
 */
public final class CpuDevice implements Device, AutoCloseable {
    private final WorkerPool workers;
    private final BufferPool<float[]> buffers = BufferPool.ofFloats();
    private final BufferPool<double[]> doubleBuffers = BufferPool.ofDoubles();
    private final Conv3dChoice convolution;
    private final boolean fusion;
    private Recorder recorder;

    /** A device with that many threads, the calling one among them, that chooses its algorithms itself. */
    public CpuDevice(int threads) {
        this(threads, Conv3dChoice.AUTO, true);
    }

    /**
     * A device with that many threads, the calling one among them.
     *
     * @param convolution who chooses the convolution algorithm
     * @param fusion whether operations that follow one another may be run as one
     */
    public CpuDevice(int threads, Conv3dChoice convolution, boolean fusion) {
        this.workers = new WorkerPool(threads);
        this.convolution = convolution;
        this.fusion = fusion;
    }

    /** A device with one thread for each core this process may use. */
    public static CpuDevice allCores() {
        return new CpuDevice(Runtime.getRuntime().availableProcessors());
    }

    @Override
    public String name() {
        return "cpu";
    }

    @Override
    public String description() {
        return "cpu: " + threads() + (threads() == 1 ? " thread, " : " threads, ") + Lanes.BITS + "-bit vectors, "
                + convolution.flag() + " convolution" + (fusion ? "" : ", no fusion");
    }

    public int threads() {
        return workers.threads();
    }

    @Override
    public Conv3dChoice convolution() {
        return convolution;
    }

    @Override
    public boolean fusion() {
        return fusion;
    }

    @Override
    public Recorder recorder() {
        return recorder;
    }

    /** Tells {@code recorder} what is done from now on, or nobody if it is null; call it between operations. */
    public void record(Recorder newRecorder) {
        recorder = newRecorder;
    }

    /** Runs {@code task} for 0 … tasks−1, on all threads, and returns when all are done. */
    public void parallel(int tasks, IntConsumer task) {
        Recorder current = recorder;
        if (current == null) {
            workers.run(tasks, task);
        } else {
            current.parallel(workers, tasks, task);
        }
    }

    /** A scratch array of at least that length, contents unspecified; give it back with {@link #giveBack}. */
    public float[] borrow(int elements) {
        return buffers.take(elements);
    }

    /** Takes a scratch array back. */
    public void giveBack(float[] scratch) {
        buffers.give(scratch, scratch.length);
    }

    /** A scratch array for sums in double, all zero; give it back with {@link #giveBack(double[])}. */
    public double[] borrowSums(int elements) {
        double[] sums = doubleBuffers.take(elements);
        Arrays.fill(sums, 0, elements, 0);
        return sums;
    }

    /** Takes sums back. */
    public void giveBack(double[] sums) {
        doubleBuffers.give(sums, sums.length);
    }

    /** Bytes taken from the JVM for tensors and scratch so far, whether in use or waiting in the pool. */
    public long allocatedBytes() {
        return buffers.allocatedBytes() + doubleBuffers.allocatedBytes();
    }

    @Override
    public Layout activationLayout() {
        return Layout.CHANNELS_LAST;
    }

    @Override
    public CpuStorage allocate(int elements) {
        return new CpuStorage(buffers.take(elements), elements);
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

    /** Ends the worker threads. */
    @Override
    public void close() {
        workers.close();
    }
}
