package dev.voxgrad.nativecheck.probe;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

import dev.voxgrad.nativecheck.library.NativeLibrary;
import dev.voxgrad.nativecheck.probe.Probe.CallFailed;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

/**
 * Compiles a kernel in a child process, for which no GPU is needed, and lets the driver load it if there is one. As in
 * the trainer, the result is machine code for the first GPU, or PTX if the GPU is newer than NVRTC; a driver may be too
 * old for that PTX.
 */
public final class NvrtcProbe {
    /** Whether there is a driver to load the kernel, a property that is {@code true} or {@code false}. */
    public static final String DRIVER = "voxgrad.driver";
    /** What the driver has loaded, machine code or PTX; present if there is a driver. */
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

    private NvrtcProbe() {}

    /** Loads NVRTC. */
    static ForeignLibrary library() throws CallFailed {
        return ForeignLibrary.load(NativeLibrary.NVRTC, "nvrtcGetErrorString");
    }

    /** Runs the probe and prints its answers. */
    public static void main(String[] args) {
        Probe.run(NvrtcProbe::compile);
    }

    private static void compile() throws CallFailed {
        ForeignLibrary nvrtc = library();
        int capability = Boolean.getBoolean(DRIVER) ? capabilityOfFirstGpu() : 0;
        try (Arena arena = Arena.ofConfined()) {
            boolean known = compilesFor(capability, nvrtc, arena);
            MemorySegment handle = arena.allocate(ADDRESS);
            nvrtc.check(
                    "nvrtcCreateProgram",
                    nvrtc.function("nvrtcCreateProgram", ADDRESS, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS)
                            .call(
                                    handle,
                                    arena.allocateFrom(SOURCE),
                                    arena.allocateFrom(NAME),
                                    0,
                                    MemorySegment.NULL,
                                    MemorySegment.NULL));
            MemorySegment program = handle.get(ADDRESS, 0);
            MemorySegment options = arena.allocate(ADDRESS);
            options.set(ADDRESS, 0, arena.allocateFrom("--gpu-architecture=sm_" + capability));
            long start = System.nanoTime();
            nvrtc.check(
                    "nvrtcCompileProgram",
                    nvrtc.function("nvrtcCompileProgram", ADDRESS, JAVA_INT, ADDRESS)
                            .call(program, known ? 1 : 0, options));
            double milliseconds = (System.nanoTime() - start) / 1e6;
            MemorySegment image = known
                    ? result("nvrtcGetCUBIN", nvrtc, program, arena)
                    : result("nvrtcGetPTX", nvrtc, program, arena);
            if (!known && !image.getString(0).contains(".entry scale")) {
                throw new CallFailed("nvrtcCompileProgram made PTX without the kernel");
            }
            if (capability > 0) {
                String what = known ? "machine code" : "PTX";
                check(
                        "cuModuleLoadData for NVRTC's " + what,
                        JCudaDriver.cuModuleLoadData(new CUmodule(), image.toArray(JAVA_BYTE)));
                Probe.answer(LOADED, what);
            }
            SmokeTest.NVRTC.answer(0, milliseconds);
            nvrtc.check(
                    "nvrtcDestroyProgram",
                    nvrtc.function("nvrtcDestroyProgram", ADDRESS).call(handle));
        }
    }

    /** Returns whether NVRTC can make machine code for a compute capability. */
    private static boolean compilesFor(int capability, ForeignLibrary nvrtc, Arena arena) throws CallFailed {
        MemorySegment count = arena.allocate(JAVA_INT);
        nvrtc.check(
                "nvrtcGetNumSupportedArchs",
                nvrtc.function("nvrtcGetNumSupportedArchs", ADDRESS).call(count));
        MemorySegment capabilities = arena.allocate(JAVA_INT, count.get(JAVA_INT, 0));
        nvrtc.check(
                "nvrtcGetSupportedArchs",
                nvrtc.function("nvrtcGetSupportedArchs", ADDRESS).call(capabilities));
        return Arrays.stream(capabilities.toArray(JAVA_INT)).anyMatch(known -> known == capability);
    }

    private static MemorySegment result(String get, ForeignLibrary nvrtc, MemorySegment program, Arena arena)
            throws CallFailed {
        MemorySegment size = arena.allocate(JAVA_LONG);
        nvrtc.check(get + "Size", nvrtc.function(get + "Size", ADDRESS, ADDRESS).call(program, size));
        MemorySegment bytes = arena.allocate(size.get(JAVA_LONG, 0));
        nvrtc.check(get, nvrtc.function(get, ADDRESS, ADDRESS).call(program, bytes));
        return bytes;
    }

    /** Makes the first GPU the current one and returns its compute capability as 10 · major + minor. */
    private static int capabilityOfFirstGpu() throws CallFailed {
        CUdevice device = new CUdevice();
        CUcontext context = new CUcontext();
        check("cuInit", JCudaDriver.cuInit(0));
        check("cuDeviceGet", JCudaDriver.cuDeviceGet(device, 0));
        check("cuDevicePrimaryCtxRetain", JCudaDriver.cuDevicePrimaryCtxRetain(context, device));
        check("cuCtxSetCurrent", JCudaDriver.cuCtxSetCurrent(context));
        return 10 * attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
                + attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
    }

    private static int attribute(CUdevice device, int which) throws CallFailed {
        int[] value = new int[1];
        check("cuDeviceGetAttribute", JCudaDriver.cuDeviceGetAttribute(value, which, device));
        return value[0];
    }

    private static void check(String call, int status) throws CallFailed {
        Probe.check(call, status, code -> CUresult.stringFor(code) + " (" + code + ")");
    }
}
