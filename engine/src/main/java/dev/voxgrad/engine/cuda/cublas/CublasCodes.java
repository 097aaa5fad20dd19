package dev.voxgrad.engine.cuda.cublas;

import dev.voxgrad.engine.cuda.CudaException;

/** Holds the numbers of cuBLAS's enumerations that both bindings use. */
final class CublasCodes {
    /** {@code CUBLAS_DEFAULT_MATH}. */
    private static final int DEFAULT_MATH = 0;
    /** {@code CUBLAS_TF32_TENSOR_OP_MATH}. */
    private static final int TF32_MATH = 3;
    /** {@code CUDA_R_16BF}. */
    static final int BFLOAT16 = 14;
    /** {@code CUBLAS_COMPUTE_32F}. */
    static final int FLOAT32_SUMS = 68;
    /** {@code CUBLAS_GEMM_DEFAULT}. */
    static final int DEFAULT_ALGORITHM = -1;

    private CublasCodes() {}

    /** Returns the number of the math mode of float32 products. */
    static int mathMode(boolean tf32) {
        return tf32 ? TF32_MATH : DEFAULT_MATH;
    }

    /** Throws if a call of a library did not return 0. */
    static void check(String call, String library, int status) {
        if (status != 0) {
            throw new CudaException(
                    call + " (" + library + "): status " + status + " of cublasStatus_t; `doctor` may show the reason");
        }
    }
}
