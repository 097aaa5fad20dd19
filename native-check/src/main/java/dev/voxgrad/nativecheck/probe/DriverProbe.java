package dev.voxgrad.nativecheck.probe;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/** Loads the CUDA driver through JCuda in a child process, starts it and queries its GPUs. */
public final class DriverProbe {
    /** The status that {@code cuInit} returned, a value of {@link CUresult}. */
    public static final String STATUS = "status";
    /** CUDA's name of that status, such as {@code CUDA_ERROR_NO_DEVICE}. */
    public static final String STATUS_NAME = "statusName";
    /** The CUDA version that the driver supports, as 1000 · major + 10 · minor. */
    public static final String VERSION = "version";
    /** The number of GPUs that the driver sees. */
    public static final String GPUS = "gpus";
    /** The name of the first GPU. */
    public static final String GPU_NAME = "gpuName";
    /** The library that the loader did not find. */
    public static final String MISSING_LIBRARY = "missingLibrary";
    /** The function that JCuda needs and the driver lacks. */
    public static final String MISSING_SYMBOL = "missingSymbol";
    /** Present if there is no native library for this platform next to the JCuda jar. */
    public static final String MISSING_NATIVES = "missingNatives";
    /** Any other reason why JCuda did not load, in one line. */
    public static final String LINK_ERROR = "linkError";

    /** The loader's message about a function that a library lacks. */
    public static final Pattern SYMBOL = Pattern.compile("undefined symbol: (\\w+)");

    private static final Pattern LIBRARY = Pattern.compile("(lib[\\w.+-]+): cannot open shared object file");
    private static final Pattern CAUSE = Pattern.compile("UnsatisfiedLinkError: (?!no )(?:\\S+JCuda\\S+: )?(.+)");
    private static final Pattern RESOURCE = Pattern.compile("No resource found with name '([^']+)'");

    private DriverProbe() {}

    /** Runs the probe and prints its answers. */
    public static void main(String[] args) {
        try {
            queryDriver();
        } catch (LinkageError e) {
            explain(String.valueOf(e.getMessage()));
        }
    }

    private static void queryDriver() {
        JCudaDriver.setExceptionsEnabled(false);
        int status = JCudaDriver.cuInit(0);
        Probe.answer(STATUS, status);
        Probe.answer(STATUS_NAME, CUresult.stringFor(status));
        int[] number = new int[1];
        if (JCudaDriver.cuDriverGetVersion(number) == CUresult.CUDA_SUCCESS) {
            Probe.answer(VERSION, number[0]);
        }
        if (status == CUresult.CUDA_SUCCESS && JCudaDriver.cuDeviceGetCount(number) == CUresult.CUDA_SUCCESS) {
            Probe.answer(GPUS, number[0]);
            for (int gpu = 0; gpu < number[0]; gpu++) {
                queryGpu(gpu);
            }
        }
    }

    private static void queryGpu(int gpu) {
        CUdevice device = new CUdevice();
        if (JCudaDriver.cuDeviceGet(device, gpu) != CUresult.CUDA_SUCCESS) {
            return;
        }
        String name = name(device);
        if (gpu == 0) {
            Probe.answer(GPU_NAME, name);
        }
        Probe.answer(GpuFact.NAME.key(gpu), name);
        attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, GpuFact.MAJOR.key(gpu));
        attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, GpuFact.MINOR.key(gpu));
        attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_MODE, GpuFact.MODE.key(gpu));
        long[] bytes = new long[1];
        if (JCudaDriver.cuDeviceTotalMem(bytes, device) == CUresult.CUDA_SUCCESS) {
            Probe.answer(GpuFact.TOTAL_BYTES.key(gpu), bytes[0]);
        }
        queryFreeMemory(device, gpu);
    }

    private static void attribute(CUdevice device, int attribute, String key) {
        int[] value = new int[1];
        if (JCudaDriver.cuDeviceGetAttribute(value, attribute, device) == CUresult.CUDA_SUCCESS) {
            Probe.answer(key, value[0]);
        }
    }

    /** Answers with the free memory, which requires a context, or with the reason why no context can be created. */
    private static void queryFreeMemory(CUdevice device, int gpu) {
        CUcontext context = new CUcontext();
        int status = JCudaDriver.cuCtxCreate(context, 0, device);
        if (status != CUresult.CUDA_SUCCESS) {
            Probe.answer(GpuFact.REFUSAL.key(gpu), CUresult.stringFor(status));
            return;
        }
        long[] free = new long[1];
        if (JCudaDriver.cuMemGetInfo(free, new long[1]) == CUresult.CUDA_SUCCESS) {
            Probe.answer(GpuFact.FREE_BYTES.key(gpu), free[0]);
        }
        JCudaDriver.cuCtxDestroy(context);
    }

    private static String name(CUdevice device) {
        byte[] name = new byte[256];
        JCudaDriver.cuDeviceGetName(name, name.length, device);
        int length = 0;
        while (length < name.length && name[length] != 0) {
            length++;
        }
        return new String(name, 0, length, StandardCharsets.UTF_8);
    }

    /** Finds the reason in JCuda's message, sixty lines of nested stack traces in which one name matters. */
    static void explain(String message) {
        Matcher library = LIBRARY.matcher(message);
        Matcher symbol = SYMBOL.matcher(message);
        Matcher resource = RESOURCE.matcher(message);
        Matcher cause = CAUSE.matcher(message);
        if (library.find()) {
            Probe.answer(MISSING_LIBRARY, library.group(1));
        } else if (symbol.find()) {
            Probe.answer(MISSING_SYMBOL, symbol.group(1));
        } else if (resource.find()) {
            Probe.answer(MISSING_NATIVES, resource.group(1));
        } else {
            Probe.answer(
                    LINK_ERROR,
                    cause.find() ? cause.group(1) : message.lines().findFirst().orElse("no reason given"));
        }
    }
}
