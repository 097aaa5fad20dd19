package dev.voxgrad.engine.cuda.cublas;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

import dev.voxgrad.engine.cuda.ForeignLibrary;
import dev.voxgrad.engine.cuda.ResourceStack;
import dev.voxgrad.engine.cuda.driver.CudaDriver;
import dev.voxgrad.engine.cuda.driver.CudaStream;
import dev.voxgrad.engine.cuda.driver.DeviceBuffer;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

/** Calls cuBLAS of CUDA 12 or 13 through the JDK's foreign functions. */
final class ForeignCublas implements Cublas {
    private final CudaDriver driver;
    private final ForeignLibrary library;
    private final ForeignLibrary.Call sgemm;
    private final ForeignLibrary.Call gemmEx;
    private final ResourceStack owned = new ResourceStack();
    private final MemorySegment handle;
    private final MemorySegment one;
    private final MemorySegment zero;

    /** Creates a handle. */
    ForeignCublas(CudaDriver driver, ForeignLibrary library) {
        this.driver = driver;
        this.library = library;
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
        driver.bind();
        try {
            Arena arena = owned.add(Arena.ofShared(), Arena::close);
            one = arena.allocateFrom(JAVA_FLOAT, 1);
            zero = arena.allocateFrom(JAVA_FLOAT, 0);
            handle = owned.add(create(arena), this::destroy);
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

    @Override
    public void useStream(CudaStream stream) {
        driver.bind();
        check(
                "cublasSetStream",
                library.function("cublasSetStream_v2", ADDRESS, JAVA_LONG).call(handle, stream.handle()));
    }

    @Override
    public void useWorkspace(DeviceBuffer workspace) {
        driver.bind();
        check(
                "cublasSetWorkspace",
                library.function("cublasSetWorkspace_v2", ADDRESS, JAVA_LONG, JAVA_LONG)
                        .call(handle, workspace.address(), workspace.bytes()));
    }

    @Override
    public void allowTf32(boolean allowed) {
        driver.bind();
        check(
                "cublasSetMathMode",
                library.function("cublasSetMathMode", ADDRESS, JAVA_INT).call(handle, CublasCodes.mathMode(allowed)));
    }

    @Override
    public void multiply(MatrixProduct product) {
        driver.bind();
        check(
                "cublasSgemm",
                sgemm.call(
                        handle,
                        product.operationB(),
                        product.operationA(),
                        product.columns(),
                        product.rows(),
                        product.inner(),
                        one,
                        product.b().address(),
                        product.leadingB(),
                        product.a().address(),
                        product.leadingA(),
                        zero,
                        product.c().address(),
                        product.columns()));
    }

    @Override
    public void multiplyBfloat16(MatrixProduct product) {
        driver.bind();
        check(
                "cublasGemmEx",
                gemmEx.call(
                        handle,
                        product.operationB(),
                        product.operationA(),
                        product.columns(),
                        product.rows(),
                        product.inner(),
                        one,
                        product.b().address(),
                        CublasCodes.BFLOAT16,
                        product.leadingB(),
                        product.a().address(),
                        CublasCodes.BFLOAT16,
                        product.leadingA(),
                        zero,
                        product.c().address(),
                        CublasCodes.BFLOAT16,
                        product.columns(),
                        CublasCodes.FLOAT32_SUMS,
                        CublasCodes.DEFAULT_ALGORITHM));
    }

    @Override
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

    @Override
    public String description() {
        return library.name() + " through foreign functions";
    }

    private void check(String call, int status) {
        CublasCodes.check(call, library.name(), status);
    }

    @Override
    public void close() {
        owned.close();
    }
}
