package dev.voxgrad.engine.cuda.cublas;

import java.util.function.Consumer;

import dev.voxgrad.engine.cuda.driver.CudaDriver;
import dev.voxgrad.engine.cuda.driver.CudaStream;
import dev.voxgrad.engine.cuda.driver.DeviceAllocator;
import dev.voxgrad.engine.cuda.driver.DeviceBuffer;

/**
 * Multiplies matrices with cuBLAS on one GPU: in float32, in float32 with factors rounded to TF32, and in bfloat16.
 * {@link CublasBinding} lists the two ways to call the library, which give the same results.
 *
 * <p>Every method throws a {@link dev.voxgrad.engine.cuda.CudaException} that names the call if cuBLAS reports an
 * error.
 */
public interface Cublas extends AutoCloseable {
    /** The size of the scratch memory, which is provided in advance so that none is allocated in a captured graph. */
    int WORKSPACE_BYTES = 8 << 20;

    /**
     * Opens cuBLAS on a stream, through the binding that {@link CublasBinding#find} returns.
     *
     * @param tf32 whether factors may be rounded to TF32
     * @param log receives the binding and the library's version
     * @throws dev.voxgrad.engine.cuda.CudaException if cuBLAS is missing, or JCublas does not load
     * @throws IllegalArgumentException if the user requested a binding that does not exist or does not load
     */
    static Cublas open(CudaStream stream, DeviceAllocator allocator, boolean tf32, Consumer<String> log) {
        CudaDriver driver = stream.driver();
        Cublas cublas = CublasBinding.require(driver.version()).open(driver);
        try {
            cublas.useStream(stream);
            cublas.useWorkspace(allocator.takeForGood(WORKSPACE_BYTES));
            cublas.allowTf32(tf32);
            log.accept("cuBLAS " + inWords(cublas.version()) + ": " + cublas.description());
            return cublas;
        } catch (RuntimeException e) {
            cublas.close();
            throw e;
        }
    }

    /** Chooses the stream that products are queued on. */
    void useStream(CudaStream stream);

    /** Chooses the scratch memory, which must stay allocated until this is closed. */
    void useWorkspace(DeviceBuffer workspace);

    /** Chooses the math mode of float32 products: factors rounded to TF32 for tensor cores, or unrounded. */
    void allowTf32(boolean allowed);

    /** Computes a product of float32 matrices, with sums in float32. */
    void multiply(MatrixProduct product);

    /** Computes a product of bfloat16 matrices, with sums in float32. */
    void multiplyBfloat16(MatrixProduct product);

    /** Returns the library's version as 10000·major + 100·minor + patch. */
    int version();

    /** Formats a version: 12.6.1 for 120601. */
    static String inWords(int version) {
        return version / 10_000 + "." + version / 100 % 100 + "." + version % 100;
    }

    /** Returns the library's file name and the binding: {@code libcublas.so.12 through JCublas}. */
    String description();

    /** Destroys the handle. */
    @Override
    void close();
}
