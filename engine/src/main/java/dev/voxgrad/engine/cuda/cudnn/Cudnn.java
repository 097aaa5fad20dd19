package dev.voxgrad.engine.cuda.cudnn;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

import jcuda.Pointer;
import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnHandle;

import dev.voxgrad.engine.cuda.CudaException;
import dev.voxgrad.engine.cuda.driver.CudaDriver;
import dev.voxgrad.engine.cuda.driver.CudaStream;
import dev.voxgrad.engine.cuda.driver.DeviceAllocator;

/**
 * Gives access to cuDNN on one stream: convolutions, whose algorithms are chosen once for each shape, batch norm, pools
 * and softmax.
 */
public final class Cudnn implements AutoCloseable {
    /** The factor that a result is multiplied by. */
    static final Pointer ONE = Pointer.to(new float[] {1});
    /** The factor for the previous contents of the output. */
    static final Pointer ZERO = Pointer.to(new float[] {0});

    /** The oldest version that JCudnn's native libraries work with. */
    private static final int OLDEST = 9_00_00;

    private final CudaDriver driver;
    private final cudnnHandle handle = new cudnnHandle();
    private final DeviceAllocator allocator;
    private final Rounding math;
    private final boolean fastest;
    private final Consumer<String> log;
    private final Map<ConvolutionShape, Convolution> convolutions = new HashMap<>();
    private final Map<TensorShape, CudnnBatchNorm> batchNorms = new HashMap<>();
    private final Map<PoolingShape, CudnnPooling> pools = new HashMap<>();
    private final Map<TensorShape, CudnnSoftmax> softmaxes = new HashMap<>();

    /** Names the types that factors are rounded to. */
    public enum Rounding {
        /** float32, unrounded. */
        FLOAT32,
        /** TF32: ten bits of mantissa, on tensor cores. */
        TF32,
        /** bfloat16, also in memory. */
        BFLOAT16
    }

    /**
     * Opens cuDNN on a stream.
     *
     * @param fastest whether to measure all algorithms, and allow sums in a different order each time
     * @param log receives each choice
     * @throws CudaException if cuDNN is too old, or its convolutions are known to be wrong in this precision
     * @throws LinkageError if cuDNN 9 is missing
     */
    public Cudnn(CudaStream stream, DeviceAllocator allocator, Rounding math, boolean fastest, Consumer<String> log) {
        this.driver = stream.driver();
        this.allocator = allocator;
        this.math = math;
        this.fastest = fastest;
        this.log = log;
        requireSound(version(), math);
        driver.bind();
        CudnnStatus.check("cudnnCreate", JCudnn.cudnnCreate(handle));
        try {
            CudnnStatus.check("cudnnSetStream", JCudnn.cudnnSetStream(handle, stream.runtimeStream()));
        } catch (CudaException e) {
            close();
            throw e;
        }
    }

    /** Returns the library's version as 10000·major + 100·minor + patch. */
    public static int version() {
        return Math.toIntExact(JCudnn.cudnnGetVersion());
    }

    /** Formats a version: 9.5.1 for 90501. */
    public static String inWords(int version) {
        return version / 10_000 + "." + version / 100 % 100 + "." + version % 100;
    }

    /**
     * Throws if that version's 3D convolutions are known to be wrong in this precision (PyTorch issues 163539, 166480
     * and 167024).
     */
    static void requireSound(int version, Rounding math) {
        if (version < OLDEST) {
            throw new CudaException("cuDNN " + inWords(version) + " is too old; cuDNN 9 is required");
        }
        boolean wrong = switch (math) {
            case FLOAT32 -> false;
            case TF32 -> version >= 9_10_02 && version < 9_16_00;
            case BFLOAT16 -> version >= 9_08_00 && version < 9_15_00;
        };
        if (wrong) {
            throw new CudaException("cuDNN " + inWords(version) + " is known to compute wrong 3D convolutions in "
                    + (math == Rounding.TF32 ? "TF32" : "bfloat16") + "; use another version, or --precision fp32");
        }
    }

    /** Returns the convolution of that shape, whose algorithms are chosen when it first runs. */
    public Convolution convolution(ConvolutionShape shape) {
        return convolutions.computeIfAbsent(shape, s -> new Convolution(this, s));
    }

    /** Returns the batch norm of volumes of that shape. */
    public CudnnBatchNorm batchNorm(TensorShape shape) {
        return batchNorms.computeIfAbsent(shape, s -> new CudnnBatchNorm(this, s));
    }

    /** Returns the pool of that shape. */
    public CudnnPooling pooling(PoolingShape shape) {
        return pools.computeIfAbsent(shape, s -> new CudnnPooling(this, s));
    }

    /** Returns the softmax of samples of that shape. */
    public CudnnSoftmax softmax(TensorShape shape) {
        return softmaxes.computeIfAbsent(shape, s -> new CudnnSoftmax(this, s));
    }

    /** Returns the handle for immediate use, after making its GPU's context current on the calling thread. */
    cudnnHandle handle() {
        driver.bind();
        return handle;
    }

    DeviceAllocator allocator() {
        return allocator;
    }

    Rounding math() {
        return math;
    }

    boolean fastest() {
        return fastest;
    }

    void log(String line) {
        log.accept(line);
    }

    @Override
    public void close() {
        convolutions.values().forEach(Convolution::close);
        batchNorms.values().forEach(CudnnBatchNorm::close);
        pools.values().forEach(CudnnPooling::close);
        softmaxes.values().forEach(CudnnSoftmax::close);
        driver.end(() -> JCudnn.cudnnDestroy(handle));
    }
}
