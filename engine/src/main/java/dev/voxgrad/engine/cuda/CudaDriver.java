package dev.voxgrad.engine.cuda;

import java.nio.charset.StandardCharsets;
import java.util.function.IntSupplier;

import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/**
 * The CUDA driver and one card's primary context, checked: what fails throws a {@link CudaException} that names the
 * call.
 *
 * <p>A context has to be current on each thread that calls the driver. The classes of this package see to it by
 * {@link #bind}, each for its own card, so that their callers need not.
 */
public final class CudaDriver {
    /** The oldest driver that runs what JCuda 12.6 calls. */
    private static final int OLDEST = 12_000;
    private static final ThreadLocal<CudaDriver> BOUND = new ThreadLocal<>();
    private static CudaDriver first;

    private final CUdevice device = new CUdevice();
    private final CUcontext context = new CUcontext();
    private final String name;
    private final int version;

    private CudaDriver() {
        check("cuInit", JCudaDriver.cuInit(0));
        int[] answer = new int[1];
        check("cuDriverGetVersion", JCudaDriver.cuDriverGetVersion(answer));
        version = answer[0];
        if (version < OLDEST) {
            throw new CudaException("the NVIDIA driver is for CUDA " + inWords(version) + ", which is too old; CUDA "
                    + inWords(OLDEST) + " or newer is needed, so update the driver");
        }
        check("cuDeviceGetCount", JCudaDriver.cuDeviceGetCount(answer));
        if (answer[0] == 0) {
            throw new CudaException("the NVIDIA driver sees no GPU; look at CUDA_VISIBLE_DEVICES");
        }
        check("cuDeviceGet", JCudaDriver.cuDeviceGet(device, 0));
        byte[] bytes = new byte[256];
        check("cuDeviceGetName", JCudaDriver.cuDeviceGetName(bytes, bytes.length, device));
        int length = 0;
        while (bytes[length] != 0) {
            length++;
        }
        name = new String(bytes, 0, length, StandardCharsets.UTF_8);
        check("cuDevicePrimaryCtxRetain", JCudaDriver.cuDevicePrimaryCtxRetain(context, device));
    }

    /**
     * The first card that CUDA_VISIBLE_DEVICES lets this process see.
     *
     * @throws CudaException if the driver is too old or sees no card
     * @throws LinkageError if there is no driver
     */
    public static synchronized CudaDriver first() {
        if (first == null) {
            first = new CudaDriver();
        }
        first.bind();
        return first;
    }

    /** Makes this card's context the calling thread's. */
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

    /** The card's name, as {@code NVIDIA H200}. */
    public String name() {
        return name;
    }

    /** The CUDA version that the driver is for, as 1000·major + 10·minor. */
    public int version() {
        return version;
    }

    /** Compute capability as 10·major + minor. */
    public int computeCapability() {
        return 10 * attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
                + attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
    }

    /** Streaming multiprocessors. */
    public int multiprocessors() {
        return attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
    }

    private int attribute(int which) {
        int[] value = new int[1];
        check("cuDeviceGetAttribute", JCudaDriver.cuDeviceGetAttribute(value, which, device));
        return value[0];
    }

    /** Bytes of the card's memory that nobody has taken. */
    public long freeBytes() {
        return memory()[0];
    }

    /** Bytes of the card's memory. */
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

    /** 13.0 for 13000. */
    public static String inWords(int version) {
        return version / 1000 + "." + version % 1000 / 10;
    }

    static void check(String call, int status) {
        if (status != CUresult.CUDA_SUCCESS) {
            String[] text = {null};
            JCudaDriver.cuGetErrorString(status, text);
            throw new CudaException(call + ": " + CUresult.stringFor(status) + " (" + status + ")"
                    + (text[0] == null ? "" : ", " + text[0]));
        }
    }

    /** For calls at the end of something's life, which are worth no exception: a card that failed fails them too. */
    void end(IntSupplier call) {
        if (makeCurrent() == CUresult.CUDA_SUCCESS) {
            call.getAsInt();
        }
    }
}
