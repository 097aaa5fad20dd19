package dev.voxgrad.engine.cuda.driver;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import jcuda.Pointer;
import jcuda.driver.JCudaDriver;

/** Host memory that is never paged out, so that the card copies from and to it by itself while the host goes on. */
public final class PinnedBuffer implements AutoCloseable {
    private final CudaDriver driver;
    private final Pointer pointer = new Pointer();
    private final ByteBuffer bytes;

    /** A buffer of that many bytes, for that card. */
    public PinnedBuffer(CudaDriver driver, int size) {
        this.driver = driver;
        driver.bind();
        CudaDriver.check("cuMemHostAlloc of " + size + " bytes", JCudaDriver.cuMemHostAlloc(pointer, size, 0));
        bytes = pointer.getByteBuffer(0, size).order(ByteOrder.nativeOrder());
    }

    Pointer pointer() {
        return pointer;
    }

    /** The memory; positions are the caller's affair. */
    public ByteBuffer bytes() {
        return bytes;
    }

    public int size() {
        return bytes.capacity();
    }

    @Override
    public void close() {
        driver.end(() -> JCudaDriver.cuMemFreeHost(pointer));
    }
}
