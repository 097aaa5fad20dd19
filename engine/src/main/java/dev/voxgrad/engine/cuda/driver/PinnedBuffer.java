package dev.voxgrad.engine.cuda.driver;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import jcuda.Pointer;
import jcuda.driver.JCudaDriver;

/** Represents host memory that is never paged out, so that the GPU can copy from and to it while the host continues. */
public final class PinnedBuffer implements AutoCloseable {
    private final CudaDriver driver;
    private final Pointer pointer = new Pointer();
    private final ByteBuffer bytes;

    /** Allocates a buffer of that many bytes, for that GPU. */
    public PinnedBuffer(CudaDriver driver, int size) {
        this.driver = driver;
        driver.bind();
        CudaDriver.check("cuMemHostAlloc of " + size + " bytes", JCudaDriver.cuMemHostAlloc(pointer, size, 0));
        bytes = pointer.getByteBuffer(0, size).order(ByteOrder.nativeOrder());
    }

    Pointer pointer() {
        return pointer;
    }

    /** Returns the memory; the caller sets positions. */
    public ByteBuffer bytes() {
        return bytes;
    }

    /** Returns the size in bytes. */
    public int size() {
        return bytes.capacity();
    }

    @Override
    public void close() {
        driver.end(() -> JCudaDriver.cuMemFreeHost(pointer));
    }
}
