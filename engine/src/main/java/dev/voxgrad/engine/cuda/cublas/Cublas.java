package dev.voxgrad.engine.cuda.cublas;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

import dev.voxgrad.engine.cuda.CudaException;
import dev.voxgrad.engine.cuda.ForeignLibrary;
import dev.voxgrad.engine.cuda.ResourceStack;
import dev.voxgrad.engine.cuda.driver.CudaDriver;
import dev.voxgrad.engine.cuda.driver.CudaStream;
import dev.voxgrad.engine.cuda.driver.DeviceAllocator;
import dev.voxgrad.engine.cuda.driver.DeviceBuffer;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

/**
 * Multiplies matrices with cuBLAS of CUDA 12 or 13, on one stream. Matrices are row-major here; cuBLAS, which is
 * column-major, receives the transposed product Cᵀ = Bᵀ·Aᵀ.
 */
public final class Cublas implements AutoCloseable {
    /** The library's file name, without its version. */
    public static final String NAME = "libcublas.so";

    private static final int NO_TRANSPOSE = 0;
    private static final int TRANSPOSE = 1;
    private static final int DEFAULT_MATH = 0;
    private static final int TF32_MATH = 3;
    /** {@code CUDA_R_16BF}. */
    private static final int BFLOAT16 = 14;
    /** {@code CUBLAS_COMPUTE_32F}. */
    private static final int FLOAT32_SUMS = 68;
    /** {@code CUBLAS_GEMM_DEFAULT}. */
    private static final int DEFAULT_ALGORITHM = -1;
    /** Scratch memory for products, provided in advance so that none is allocated while a graph is captured. */
    private static final int WORKSPACE_BYTES = 8 << 20;

    private final CudaDriver driver;
    private final ForeignLibrary library;
    private final ForeignLibrary.Call sgemm;
    private final ForeignLibrary.Call gemmEx;
    private final MemorySegment handle;
    private final ResourceStack owned = new ResourceStack();
    private final MemorySegment one;
    private final MemorySegment zero;

    /**
     * Opens cuBLAS on a stream.
     *
     * @param tf32 whether factors may be rounded to TF32
     * @throws CudaException if cuBLAS is missing
     */
    public Cublas(CudaDriver driver, CudaStream stream, DeviceAllocator allocator, boolean tf32) {
        this.driver = driver;
        library = ForeignLibrary.find(NAME, driver.version())
                .orElseThrow(() -> new CudaException(ForeignLibrary.names(NAME, driver.version()) + " was not found"));
        driver.bind();
        sgemm = library.function(
                "cublasSgemm_v2",
                ADDRESS,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                ADDRESS,
                JAVA_LONG,
                JAVA_INT,
                JAVA_LONG,
                JAVA_INT,
                ADDRESS,
                JAVA_LONG,
                JAVA_INT);
        gemmEx = library.function(
                "cublasGemmEx",
                ADDRESS,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                ADDRESS,
                JAVA_LONG,
                JAVA_INT,
                JAVA_INT,
                JAVA_LONG,
                JAVA_INT,
                JAVA_INT,
                ADDRESS,
                JAVA_LONG,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT);
        try {
            Arena arena = owned.add(Arena.ofShared(), Arena::close);
            one = arena.allocateFrom(JAVA_FLOAT, 1);
            zero = arena.allocateFrom(JAVA_FLOAT, 0);
            handle = owned.add(create(arena), this::destroy);
            check(
                    "cublasSetStream",
                    library.function("cublasSetStream_v2", ADDRESS, JAVA_LONG).call(handle, stream.handle()));
            check(
                    "cublasSetWorkspace",
                    library.function("cublasSetWorkspace_v2", ADDRESS, JAVA_LONG, JAVA_LONG)
                            .call(handle, allocator.takeForGood(WORKSPACE_BYTES).address(), (long) WORKSPACE_BYTES));
            check(
                    "cublasSetMathMode",
                    library.function("cublasSetMathMode", ADDRESS, JAVA_INT)
                            .call(handle, tf32 ? TF32_MATH : DEFAULT_MATH));
        } catch (RuntimeException e) {
            owned.closeAfter(e);
            throw e;
        }
    }

    private MemorySegment create(Arena arena) {
        MemorySegment address = arena.allocate(ADDRESS);
        check("cublasCreate", library.function("cublasCreate_v2", ADDRESS).call(address));
        return address.get(ADDRESS, 0);
    }

    private void destroy(MemorySegment created) {
        driver.end(() -> library.function("cublasDestroy_v2", ADDRESS).call(created));
    }

    /** Returns the name of the file that was found. */
    public String libraryName() {
        return library.name();
    }

    /**
     * Computes c (rows, columns) = a · b, in float32.
     *
     * @param inner length of the sums
     * @param transposeA whether {@code a} is kept as (inner, rows) rather than (rows, inner)
     * @param transposeB whether {@code b} is kept as (columns, inner) rather than (inner, columns)
     */
    public void multiply(
            int rows,
            int columns,
            int inner,
            DeviceBuffer a,
            boolean transposeA,
            DeviceBuffer b,
            boolean transposeB,
            DeviceBuffer c) {
        driver.bind();
        check(
                "cublasSgemm",
                sgemm.call(
                        handle,
                        transposeB ? TRANSPOSE : NO_TRANSPOSE,
                        transposeA ? TRANSPOSE : NO_TRANSPOSE,
                        columns,
                        rows,
                        inner,
                        one,
                        b.address(),
                        transposeB ? inner : columns,
                        a.address(),
                        transposeA ? rows : inner,
                        zero,
                        c.address(),
                        columns));
    }

    /** Computes c (rows, columns) = a (rows, inner) · b (inner, columns), all in bfloat16, with sums in float32. */
    public void multiplyBfloat16(int rows, int columns, int inner, DeviceBuffer a, DeviceBuffer b, DeviceBuffer c) {
        driver.bind();
        check(
                "cublasGemmEx",
                gemmEx.call(
                        handle,
                        NO_TRANSPOSE,
                        NO_TRANSPOSE,
                        columns,
                        rows,
                        inner,
                        one,
                        b.address(),
                        BFLOAT16,
                        columns,
                        a.address(),
                        BFLOAT16,
                        inner,
                        zero,
                        c.address(),
                        BFLOAT16,
                        columns,
                        FLOAT32_SUMS,
                        DEFAULT_ALGORITHM));
    }

    /** Returns the library's version as 10000·major + 100·minor + patch. */
    public int version() {
        driver.bind();
        try (Arena answer = Arena.ofConfined()) {
            MemorySegment version = answer.allocate(JAVA_INT);
            check(
                    "cublasGetVersion",
                    library.function("cublasGetVersion_v2", ADDRESS, ADDRESS).call(handle, version));
            return version.get(JAVA_INT, 0);
        }
    }

    private void check(String call, int status) {
        if (status != 0) {
            throw new CudaException(call + " (" + library.name() + "): status " + status
                    + " of cublasStatus_t; `doctor` may show the reason");
        }
    }

    @Override
    public void close() {
        owned.close();
    }
}
