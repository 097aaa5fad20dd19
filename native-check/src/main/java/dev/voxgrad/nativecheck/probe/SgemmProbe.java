package dev.voxgrad.nativecheck.probe;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

import jcuda.runtime.JCuda;

import dev.voxgrad.nativecheck.library.NativeLibrary;
import dev.voxgrad.nativecheck.probe.ForeignLibrary.Function;
import dev.voxgrad.nativecheck.probe.Probe.CallFailed;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

/** Compares, in a child process, cuBLAS's product of two 256 × 256 matrices with plain loops. */
public final class SgemmProbe {
    private static final int SIZE = 256;
    /** CUBLAS_OP_N. */
    private static final int NO_TRANSPOSE = 0;

    private SgemmProbe() {}

    /** Loads cuBLAS. */
    static ForeignLibrary library() throws CallFailed {
        return ForeignLibrary.load(NativeLibrary.CUBLAS, "cublasGetStatusName");
    }

    /** Runs the probe and prints its answers. */
    public static void main(String[] args) {
        Probe.run(SgemmProbe::multiply);
    }

    private static void multiply() throws CallFailed {
        ForeignLibrary cublas = library();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(ADDRESS);
            cublas.check(
                    "cublasCreate", cublas.function("cublasCreate_v2", ADDRESS).call(address));
            MemorySegment handle = address.get(ADDRESS, 0);
            float[] a = TestData.random(SIZE * SIZE, 2);
            float[] b = TestData.random(SIZE * SIZE, 3);
            long deviceA = DeviceArray.of(a).address();
            long deviceB = DeviceArray.of(b).address();
            DeviceArray deviceC = DeviceArray.zeros(SIZE * SIZE);
            MemorySegment one = arena.allocateFrom(JAVA_FLOAT, 1);
            MemorySegment zero = arena.allocateFrom(JAVA_FLOAT, 0);
            Function sgemm = cublas.function(
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
            double milliseconds = Probe.milliseconds(
                    "cublasSgemm",
                    () -> sgemm.call(
                            handle,
                            NO_TRANSPOSE,
                            NO_TRANSPOSE,
                            SIZE,
                            SIZE,
                            SIZE,
                            one,
                            deviceA,
                            SIZE,
                            deviceB,
                            SIZE,
                            zero,
                            deviceC.address(),
                            SIZE),
                    JCuda::cudaDeviceSynchronize,
                    cublas::describe);
            SmokeTest.SGEMM.answer(TestData.largestError(deviceC.values(), product(a, b)), milliseconds);
            cublas.check(
                    "cublasDestroy",
                    cublas.function("cublasDestroy_v2", ADDRESS).call(handle));
        }
    }

    /** Computes c[i, j] = Σ a[i, k] b[k, j] on matrices stored column by column, as in cuBLAS. */
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
