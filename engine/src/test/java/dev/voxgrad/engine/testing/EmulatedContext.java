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
 * The context of an emulated card with a stream, for the emulator's own tests; skips them where it is missing. While
 * it is open it is the thread's current context.
 */
final class EmulatedContext implements AutoCloseable {
    /** Device memory whose address can be told, which JCuda keeps to itself. */
    static final class Memory extends CUdeviceptr {
        MemorySegment address() {
            return MemorySegment.ofAddress(getNativePointer());
        }
    }

    /** As above, for a stream. */
    static final class Stream extends CUstream {
        MemorySegment address() {
            return MemorySegment.ofAddress(getNativePointer());
        }
    }

    private final CUdevice device = new CUdevice();
    private final CUcontext context = new CUcontext();
    private final CUcontext before = new CUcontext();
    private final Stream stream = new Stream();

    /** Of the first card. */
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

    /** Makes it the thread's current context. */
    void makeCurrent() {
        check(JCudaDriver.cuCtxSetCurrent(context));
    }

    /** A stream that does not wait for the default one. */
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

    /** What the memory holds now, whatever is still queued. */
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

    /** The context that was current before is so again. */
    @Override
    public void close() {
        CudaEmulator.reset();
        makeCurrent();
        check(JCudaDriver.cuStreamDestroy(stream));
        check(JCudaDriver.cuDevicePrimaryCtxRelease(device));
        check(JCudaDriver.cuCtxSetCurrent(before));
    }
}
