package dev.voxgrad.engine.device;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Layout;
import dev.voxgrad.engine.device.cpu.BufferPool;
import dev.voxgrad.engine.trace.Recorder;

/**
 * Defines every operation in executable form: plain loops in double precision, row-major, one thread. Slow and obvious,
 * for tests and for readers.
 */
public final class ReferenceDevice implements Device {
    public static final ReferenceDevice INSTANCE = new ReferenceDevice();

    private ReferenceDevice() {}

    @Override
    public String name() {
        return "reference";
    }

    @Override
    public String description() {
        return "reference: " + arithmetic();
    }

    @Override
    public String arithmetic() {
        return "plain loops in double precision, one thread";
    }

    @Override
    public Layout activationLayout() {
        return Layout.ROW_MAJOR;
    }

    /** Returns direct, always: that is the definition of a convolution. */
    @Override
    public ConvolutionMode convolution() {
        return ConvolutionMode.DIRECT;
    }

    /**
     * Returns false: on this device, layers run one by one, so that tests of nets compare fused layers with what they
     * stand for. A fused operation has reference kernels as well, for its own tests.
     */
    @Override
    public boolean fusion() {
        return false;
    }

    /** Returns null, always: the speed of a definition is of no interest. */
    @Override
    public @Nullable Recorder recorder() {
        return null;
    }

    @Override
    public Storage allocate(int elements) {
        int length = BufferPool.requireArray(elements);
        try {
            return new ReferenceStorage(new double[length]);
        } catch (OutOfMemoryError e) {
            throw BufferPool.outOfMemory((long) Double.BYTES * length, "", e);
        }
    }

    @Override
    public void free(Storage storage) {
        // The garbage collector frees it. NaN exposes in tests any code that still reads it.
        Arrays.fill(((ReferenceStorage) storage).array(), Double.NaN);
    }

    @Override
    public void write(float[] from, Storage to) {
        double[] array = ((ReferenceStorage) to).array();
        for (int i = 0; i < array.length; i++) {
            array[i] = from[i];
        }
        to.written();
    }

    @Override
    public void write(double[] from, Storage to) {
        System.arraycopy(from, 0, ((ReferenceStorage) to).array(), 0, to.elements());
        to.written();
    }

    @Override
    public void read(Storage from, float[] to) {
        double[] array = ((ReferenceStorage) from).array();
        for (int i = 0; i < array.length; i++) {
            to[i] = (float) array[i];
        }
    }

    @Override
    public void read(Storage from, double[] to) {
        System.arraycopy(((ReferenceStorage) from).array(), 0, to, 0, from.elements());
    }

    @Override
    public void fill(Storage storage, double value) {
        Arrays.fill(((ReferenceStorage) storage).array(), value);
        storage.written();
    }
}
