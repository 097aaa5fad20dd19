package dev.voxgrad.nativecheck;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

import dev.voxgrad.nativecheck.Probe.CallFailed;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

/**
 * Runs in a child process: compiles a kernel, for which no GPU is needed, and has the driver load it where there is
 * one: a driver may be too old for NVRTC's PTX.
 */
public final class NvrtcProbe {
    /** The property that says whether there is a driver to load the kernel, {@code true} or {@code false}. */
    public static final String DRIVER = "voxgrad.driver";
    /** Present where the driver has loaded the kernel. */
    public static final String LOADED = "loaded";

    private static final String NAME = "scale.cu";
    private static final String SOURCE = """
            extern "C" __global__ void scale(float *values, float factor, int length) {
                int i = blockIdx.x * blockDim.x + threadIdx.x;
                if (i < length) {
                    values[i] *= factor;
                }
            }
            """;

    private NvrtcProbe() {
    }

    /** NVRTC, with its words for a status. */
    static ForeignLibrary library() throws CallFailed {
        return ForeignLibrary.load(NativeLibrary.NVRTC, "nvrtcGetErrorString");
    }

    /** Prints the answers. */
    public static void main(String[] args) {
        Probe.run(NvrtcProbe::compile);
    }

    private static void compile() throws CallFailed {
        ForeignLibrary nvrtc = library();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment handle = arena.allocate(ADDRESS);
            nvrtc.check("nvrtcCreateProgram", nvrtc.function("nvrtcCreateProgram", ADDRESS, ADDRESS, ADDRESS, JAVA_INT,
                    ADDRESS, ADDRESS).call(handle, arena.allocateFrom(SOURCE), arena.allocateFrom(NAME), 0,
                            MemorySegment.NULL, MemorySegment.NULL));
            MemorySegment program = handle.get(ADDRESS, 0);
            long start = System.nanoTime();
            nvrtc.check("nvrtcCompileProgram", nvrtc.function("nvrtcCompileProgram", ADDRESS, JAVA_INT, ADDRESS)
                    .call(program, 0, MemorySegment.NULL));
            double milliseconds = (System.nanoTime() - start) / 1e6;
            String ptx = ptx(nvrtc, program, arena);
            if (!ptx.contains(".entry scale")) {
                throw new CallFailed("nvrtcCompileProgram made PTX without the kernel");
            }
            if (Boolean.getBoolean(DRIVER)) {
                load(ptx);
                Probe.answer(LOADED, true);
            }
            SmokeTest.NVRTC.answer(0, milliseconds);
            nvrtc.check("nvrtcDestroyProgram", nvrtc.function("nvrtcDestroyProgram", ADDRESS).call(handle));
        }
    }

    private static String ptx(ForeignLibrary nvrtc, MemorySegment program, Arena arena) throws CallFailed {
        MemorySegment size = arena.allocate(JAVA_LONG);
        nvrtc.check("nvrtcGetPTXSize", nvrtc.function("nvrtcGetPTXSize", ADDRESS, ADDRESS).call(program, size));
        MemorySegment ptx = arena.allocate(size.get(JAVA_LONG, 0));
        nvrtc.check("nvrtcGetPTX", nvrtc.function("nvrtcGetPTX", ADDRESS, ADDRESS).call(program, ptx));
        return ptx.getString(0);
    }

    private static void load(String ptx) throws CallFailed {
        CUdevice device = new CUdevice();
        CUcontext context = new CUcontext();
        check("cuInit", JCudaDriver.cuInit(0));
        check("cuDeviceGet", JCudaDriver.cuDeviceGet(device, 0));
        check("cuDevicePrimaryCtxRetain", JCudaDriver.cuDevicePrimaryCtxRetain(context, device));
        check("cuCtxSetCurrent", JCudaDriver.cuCtxSetCurrent(context));
        check("cuModuleLoadData for NVRTC's PTX", JCudaDriver.cuModuleLoadData(new CUmodule(), ptx));
    }

    private static void check(String call, int status) throws CallFailed {
        Probe.check(call, status, code -> CUresult.stringFor(code) + " (" + code + ")");
    }
}
