package dev.voxgrad.nativecheck;

import java.util.function.IntFunction;

import jcuda.Pointer;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasOperation;
import jcuda.jcublas.cublasStatus;
import jcuda.runtime.JCuda;

import dev.voxgrad.nativecheck.Probe.CallFailed;

/** Runs in a child process: a product of two 256 × 256 matrices by cuBLAS against plain loops. */
public final class SgemmProbe {
    private static final int SIZE = 256;
    private static final IntFunction<String> NAME = code -> cublasStatus.stringFor(code) + " (" + code + ")";

    private SgemmProbe() {
    }

    /** Prints the answers. */
    public static void main(String[] args) {
        Probe.run(SgemmProbe::multiply);
    }

    private static void multiply() throws CallFailed {
        cublasHandle handle = new cublasHandle();
        Probe.check("cublasCreate", JCublas2.cublasCreate(handle), NAME);
        float[] a = Errors.random(SIZE * SIZE, 2);
        float[] b = Errors.random(SIZE * SIZE, 3);
        DeviceArray deviceA = DeviceArray.of(a);
        DeviceArray deviceB = DeviceArray.of(b);
        DeviceArray deviceC = DeviceArray.zeros(SIZE * SIZE);
        Pointer one = Pointer.to(new float[] {1});
        Pointer zero = Pointer.to(new float[] {0});
        double milliseconds = Probe.milliseconds("cublasSgemm", () -> JCublas2.cublasSgemm(handle,
                cublasOperation.CUBLAS_OP_N, cublasOperation.CUBLAS_OP_N, SIZE, SIZE, SIZE, one, deviceA.pointer(),
                SIZE, deviceB.pointer(), SIZE, zero, deviceC.pointer(), SIZE), JCuda::cudaDeviceSynchronize, NAME);
        SmokeTest.SGEMM.answer(Errors.largest(deviceC.values(), product(a, b)), milliseconds);
        Probe.check("cublasDestroy", JCublas2.cublasDestroy(handle), NAME);
    }

    /** Column by column, as cuBLAS stores matrices: c[i, j] = Σ a[i, k] b[k, j]. */
    private static double[] product(float[] a, float[] b) {
        double[] c = new double[SIZE * SIZE];
        for (int j = 0; j < SIZE; j++) {
            for (int k = 0; k < SIZE; k++) {
                double factor = b[k + j * SIZE];
                for (int i = 0; i < SIZE; i++) {
                    c[i + j * SIZE] += a[i + k * SIZE] * factor;
                }
            }
        }
        return c;
    }
}
