package dev.voxgrad.engine.cuda.driver;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;

import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

import dev.voxgrad.engine.cuda.CudaException;

/**
 * Represents the CUDA driver and one GPU's primary context. Every call is checked: a failure throws a
 * {@link CudaException} that names the call.
 *
 * <p>A context has to be current on each thread that calls the driver. The classes of this package ensure this with
 * {@link #bind}, each for its own GPU, so that their callers need not.
 */
public final class CudaDriver {
    /** The oldest driver that has all functions that JCuda 12.6 calls. */
    private static final int OLDEST = 12_000;

    private static final ThreadLocal<CudaDriver> BOUND = new ThreadLocal<>();
    private static final Map<Integer, CudaDriver> GPUS = new HashMap<>();

    private final int gpu;
    private final CUdevice device;
    private final CUcontext context = new CUcontext();
    private final String name;
    private final int version;

    private CudaDriver(int gpu, int version) {
        this.gpu = gpu;
        this.version = version;
        this.device = device(gpu);
        this.name = name(device);
        check("cuDevicePrimaryCtxRetain", JCudaDriver.cuDevicePrimaryCtxRetain(context, device));
    }

    /**
     * Returns a GPU by its number among the ones that CUDA_VISIBLE_DEVICES makes visible to this process. No other GPU
     * is touched.
     *
     * @throws IllegalArgumentException if there is no GPU of that number; names the available ones
     * @throws CudaException if the driver is too old or sees no GPU at all
     * @throws LinkageError if there is no driver
     */
    public static synchronized CudaDriver of(int gpu) {
        CudaDriver driver = GPUS.computeIfAbsent(gpu, CudaDriver::open);
        driver.bind();
        return driver;
    }

    private static CudaDriver open(int gpu) {
        check("cuInit", JCudaDriver.cuInit(0));
        int[] version = new int[1];
        check("cuDriverGetVersion", JCudaDriver.cuDriverGetVersion(version));
        if (version[0] < OLDEST) {
            throw new CudaException("the NVIDIA driver is for CUDA " + inWords(version[0]) + ", which is too old; "
                    + "CUDA " + inWords(OLDEST) + " or newer is required, so update the driver");
        }
        int count = count();
        if (count == 0) {
            throw new CudaException("the NVIDIA driver sees no GPU; check CUDA_VISIBLE_DEVICES");
        }
        if (gpu < 0 || gpu >= count) {
            throw new IllegalArgumentException("device cuda:" + gpu + ": " + gpus(count));
        }
        return new CudaDriver(gpu, version[0]);
    }

    private static String gpus(int count) {
        List<String> gpus = IntStream.range(0, count)
                .mapToObj(gpu -> "cuda:" + gpu + " (" + name(device(gpu)) + ")")
                .toList();
        return "this machine has "
                + (count == 1 ? "1 GPU, " : count + " GPUs, " + String.join(", ", gpus.subList(0, count - 1)) + " and ")
                + gpus.getLast()
                + (System.getenv("CUDA_VISIBLE_DEVICES") == null ? "" : " (as limited by CUDA_VISIBLE_DEVICES)");
    }

    /** Returns the number of GPUs that CUDA_VISIBLE_DEVICES makes visible to this process. */
    public static int count() {
        check("cuInit", JCudaDriver.cuInit(0));
        int[] count = new int[1];
        check("cuDeviceGetCount", JCudaDriver.cuDeviceGetCount(count));
        return count[0];
    }

    private static CUdevice device(int gpu) {
        CUdevice device = new CUdevice();
        check("cuDeviceGet", JCudaDriver.cuDeviceGet(device, gpu));
        return device;
    }

    private static String name(CUdevice device) {
        byte[] bytes = new byte[256];
        check("cuDeviceGetName", JCudaDriver.cuDeviceGetName(bytes, bytes.length, device));
        int length = 0;
        while (bytes[length] != 0) {
            length++;
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    /** Makes this GPU's context current on the calling thread. */
    public void bind() {
        check("cuCtxSetCurrent", makeCurrent());
    }

    private int makeCurrent() {
        if (BOUND.get() == this) {
            return CUresult.CUDA_SUCCESS;
        }
        int status = JCudaDriver.cuCtxSetCurrent(context);
        if (status == CUresult.CUDA_SUCCESS) {
            BOUND.set(this);
        }
        return status;
    }

    /** Returns the GPU's number. */
    public int gpu() {
        return gpu;
    }

    /** Returns the GPU's name: {@code NVIDIA H200}. */
    public String name() {
        return name;
    }

    /** Returns the CUDA version that the driver is for, as 1000·major + 10·minor. */
    public int version() {
        return version;
    }

    /** Returns the compute capability as 10·major + minor. */
    public int computeCapability() {
        return 10 * attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
                + attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
    }

    /** Returns the number of streaming multiprocessors. */
    public int multiprocessors() {
        return attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
    }

    private int attribute(int which) {
        int[] value = new int[1];
        check("cuDeviceGetAttribute", JCudaDriver.cuDeviceGetAttribute(value, which, device));
        return value[0];
    }

    /** Returns the bytes of the GPU's memory that no process has allocated. */
    public long freeBytes() {
        return memory()[0];
    }

    /** Returns the bytes of the GPU's memory. */
    public long totalBytes() {
        return memory()[1];
    }

    private long[] memory() {
        bind();
        long[] free = new long[1];
        long[] total = new long[1];
        check("cuMemGetInfo", JCudaDriver.cuMemGetInfo(free, total));
        return new long[] {free[0], total[0]};
    }

    /** Formats a CUDA version: 13.0 for 13000. */
    public static String inWords(int version) {
        return version / 1000 + "." + version % 1000 / 10;
    }

    /** Throws an exception that names {@code call} if its status is not success. */
    public static void check(String call, int status) {
        if (status != CUresult.CUDA_SUCCESS) {
            String[] text = {null};
            JCudaDriver.cuGetErrorString(status, text);
            throw new CudaException(call + ": " + CUresult.stringFor(status) + " (" + status + ")"
                    + (text[0] == null ? "" : ", " + text[0]));
        }
    }

    /** Runs a call that frees a resource, ignoring its status: once a GPU has failed, such calls fail as well. */
    public void end(IntSupplier call) {
        if (makeCurrent() == CUresult.CUDA_SUCCESS) {
            call.getAsInt();
        }
    }
}
