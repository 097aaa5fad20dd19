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
    private static final Map<Integer, CudaDriver> CARDS = new HashMap<>();

    private final int card;
    private final CUdevice device;
    private final CUcontext context = new CUcontext();
    private final String name;
    private final int version;

    private CudaDriver(int card, int version) {
        this.card = card;
        this.version = version;
        this.device = device(card);
        this.name = name(device);
        check("cuDevicePrimaryCtxRetain", JCudaDriver.cuDevicePrimaryCtxRetain(context, device));
    }

    /**
     * A card, by its number among those that CUDA_VISIBLE_DEVICES lets this process see. No other card is touched.
     *
     * @throws IllegalArgumentException if there is no card of that number; names those that there are
     * @throws CudaException if the driver is too old or sees no card at all
     * @throws LinkageError if there is no driver
     */
    public static synchronized CudaDriver of(int card) {
        CudaDriver driver = CARDS.computeIfAbsent(card, CudaDriver::open);
        driver.bind();
        return driver;
    }

    private static CudaDriver open(int card) {
        check("cuInit", JCudaDriver.cuInit(0));
        int[] version = new int[1];
        check("cuDriverGetVersion", JCudaDriver.cuDriverGetVersion(version));
        if (version[0] < OLDEST) {
            throw new CudaException("the NVIDIA driver is for CUDA " + inWords(version[0]) + ", which is too old; "
                    + "CUDA " + inWords(OLDEST) + " or newer is needed, so update the driver");
        }
        int count = count();
        if (count == 0) {
            throw new CudaException("the NVIDIA driver sees no GPU; look at CUDA_VISIBLE_DEVICES");
        }
        if (card < 0 || card >= count) {
            throw new IllegalArgumentException("device cuda:" + card + ": " + cards(count));
        }
        return new CudaDriver(card, version[0]);
    }

    private static String cards(int count) {
        List<String> cards = IntStream.range(0, count)
                .mapToObj(card -> "cuda:" + card + " (" + name(device(card)) + ")")
                .toList();
        return "this machine has "
                + (count == 1
                        ? "1 GPU, "
                        : count + " GPUs, " + String.join(", ", cards.subList(0, count - 1)) + " and ")
                + cards.getLast()
                + (System.getenv("CUDA_VISIBLE_DEVICES") == null ? "" : ", that CUDA_VISIBLE_DEVICES shows");
    }

    /** How many cards CUDA_VISIBLE_DEVICES lets this process see. */
    public static int count() {
        check("cuInit", JCudaDriver.cuInit(0));
        int[] count = new int[1];
        check("cuDeviceGetCount", JCudaDriver.cuDeviceGetCount(count));
        return count[0];
    }

    private static CUdevice device(int card) {
        CUdevice device = new CUdevice();
        check("cuDeviceGet", JCudaDriver.cuDeviceGet(device, card));
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

    /** The card's number. */
    public int card() {
        return card;
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

    public static void check(String call, int status) {
        if (status != CUresult.CUDA_SUCCESS) {
            String[] text = {null};
            JCudaDriver.cuGetErrorString(status, text);
            throw new CudaException(call + ": " + CUresult.stringFor(status) + " (" + status + ")"
                    + (text[0] == null ? "" : ", " + text[0]));
        }
    }

    /** For calls at the end of something's life, which are worth no exception: a card that failed fails them too. */
    public void end(IntSupplier call) {
        if (makeCurrent() == CUresult.CUDA_SUCCESS) {
            call.getAsInt();
        }
    }
}
