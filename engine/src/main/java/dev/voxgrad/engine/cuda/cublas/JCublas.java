package dev.voxgrad.engine.cuda.cublas;

import jcuda.Pointer;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;

import dev.voxgrad.engine.cuda.driver.CudaDriver;
import dev.voxgrad.engine.cuda.driver.CudaStream;
import dev.voxgrad.engine.cuda.driver.DeviceBuffer;

/** Calls cuBLAS of CUDA 12 through JCublas, whose native library requires that major version. */
final class JCublas implements Cublas {
    private static final Pointer ONE = Pointer.to(new float[] {1});
    private static final Pointer ZERO = Pointer.to(new float[] {0});

    private final CudaDriver driver;
    private final cublasHandle handle = new cublasHandle();

    /**
     * Creates a handle.
     *
     * @throws LinkageError if JCublas does not load
     */
    JCublas(CudaDriver driver) {
        this.driver = driver;
        driver.bind();
        check("cublasCreate", JCublas2.cublasCreate(handle));
    }

    @Override
    public void useStream(CudaStream stream) {
        driver.bind();
        check("cublasSetStream", JCublas2.cublasSetStream(handle, stream.runtimeStream()));
    }

    @Override
    public void useWorkspace(DeviceBuffer workspace) {
        driver.bind();
        check("cublasSetWorkspace", JCublas2.cublasSetWorkspace(handle, workspace.pointer(), workspace.bytes()));
    }

    @Override
    public void allowTf32(boolean allowed) {
        driver.bind();
        check("cublasSetMathMode", JCublas2.cublasSetMathMode(handle, CublasCodes.mathMode(allowed)));
    }

    @Override
    public void multiply(MatrixProduct product) {
        driver.bind();
        check(
                "cublasSgemm",
                JCublas2.cublasSgemm(
                        handle,
                        product.operationB(),
                        product.operationA(),
                        product.columns(),
                        product.rows(),
                        product.inner(),
                        ONE,
                        product.b().pointer(),
                        product.leadingB(),
                        product.a().pointer(),
                        product.leadingA(),
                        ZERO,
                        product.c().pointer(),
                        product.columns()));
    }

    /** Calls cublasGemmEx by the name {@code _new}: JCublas 12.6 lacks the native function of the plain name. */
    @Override
    public void multiplyBfloat16(MatrixProduct product) {
        driver.bind();
        check(
                "cublasGemmEx",
                JCublas2.cublasGemmEx_new(
                        handle,
                        product.operationB(),
                        product.operationA(),
                        product.columns(),
                        product.rows(),
                        product.inner(),
                        ONE,
                        product.b().pointer(),
                        CublasCodes.BFLOAT16,
                        product.leadingB(),
                        product.a().pointer(),
                        CublasCodes.BFLOAT16,
                        product.leadingA(),
                        ZERO,
                        product.c().pointer(),
                        CublasCodes.BFLOAT16,
                        product.columns(),
                        CublasCodes.FLOAT32_SUMS,
                        CublasCodes.DEFAULT_ALGORITHM));
    }

    @Override
    public int version() {
        driver.bind();
        int[] version = new int[1];
        check("cublasGetVersion", JCublas2.cublasGetVersion(handle, version));
        return version[0];
    }

    @Override
    public String description() {
        return CublasBinding.CUDA_12 + " through JCublas";
    }

    private static void check(String call, int status) {
        CublasCodes.check(call, CublasBinding.CUDA_12, status);
    }

    @Override
    public void close() {
        driver.end(() -> JCublas2.cublasDestroy(handle));
    }
}
