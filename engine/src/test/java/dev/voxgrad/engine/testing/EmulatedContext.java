package dev.voxgrad.engine.testing;

import java.lang.foreign.MemorySegment;

import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Opens a context of an emulated GPU with a stream, for the emulator's own tests, and skips them if the emulator is not
 * available. While it is open, it is the thread's current context.
 */
final class EmulatedContext implements AutoCloseable {
    /** Exposes the address of device memory, which JCuda hides. */
    static final class Memory extends CUdeviceptr {
        MemorySegment address() {
            return MemorySegment.ofAddress(getNativePointer());
        }
    }

    /** Exposes the address of a stream. */
    static final class Stream extends CUstream {
        MemorySegment address() {
            return MemorySegment.ofAddress(getNativePointer());
        }
    }

    private final CUdevice device = new CUdevice();
    private final CUcontext context = new CUcontext();
    private final CUcontext before = new CUcontext();
    private final Stream stream = new Stream();

    /** Opens a context of the first GPU. */
    EmulatedContext() {
        this(0);
    }

    EmulatedContext(int card) {
        assumeTrue(
                CudaEmulator.missing().isEmpty(), () -> CudaEmulator.missing().orElseThrow());
        CudaEmulator.load();
        CudaEmulator.reset();
        check(JCudaDriver.cuInit(0));
        check(JCudaDriver.cuCtxGetCurrent(before));
        check(JCudaDriver.cuDeviceGet(device, card));
        check(JCudaDriver.cuDevicePrimaryCtxRetain(context, device));
        makeCurrent();
        check(JCudaDriver.cuStreamCreate(stream, 1));
    }

    /** Makes this the thread's current context. */
    void makeCurrent() {
        check(JCudaDriver.cuCtxSetCurrent(context));
    }

    /** Creates a stream that does not wait for the default one. */
    Stream stream() {
        return stream;
    }

    Memory allocate(int floats) {
        Memory memory = new Memory();
        check(JCudaDriver.cuMemAlloc(memory, 4L * floats));
        return memory;
    }

    Memory upload(float... values) {
        Memory memory = allocate(values.length);
        check(JCudaDriver.cuMemcpyHtoD(memory, Pointer.to(values), 4L * values.length));
        return memory;
    }

    /** Returns the present contents of the memory, without waiting for queued work. */
    float[] read(CUdeviceptr memory, int count) {
        float[] values = new float[count];
        check(JCudaDriver.cuMemcpyDtoH(Pointer.to(values), memory, 4L * count));
        return values;
    }

    void synchronize() {
        check(JCudaDriver.cuStreamSynchronize(stream));
    }

    static void check(int result) {
        assertThat(CUresult.stringFor(result)).isEqualTo("CUDA_SUCCESS");
    }

    /** Closes the context, and makes the previous one current again. */
    @Override
    public void close() {
        CudaEmulator.reset();
        makeCurrent();
        check(JCudaDriver.cuStreamDestroy(stream));
        check(JCudaDriver.cuDevicePrimaryCtxRelease(device));
        check(JCudaDriver.cuCtxSetCurrent(before));
    }
}
