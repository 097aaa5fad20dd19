package dev.voxgrad.nativecheck.probe;

import jcuda.runtime.JCuda;

import dev.voxgrad.nativecheck.probe.Probe.CallFailed;

/** Compares, in a child process, cuBLAS's product of two 256 × 256 matrices with plain loops. */
public final class SgemmProbe {
    private static final int SIZE = 256;

    private SgemmProbe() {}

    /** Runs the probe and prints its answers. */
    public static void main(String[] args) {
        Probe.run(SgemmProbe::multiply);
    }

    private static void multiply() throws CallFailed {
        CublasCalls cublas = CublasCalls.open();
        cublas.create();
        float[] a = TestData.random(SIZE * SIZE, 2);
        float[] b = TestData.random(SIZE * SIZE, 3);
        DeviceArray deviceA = DeviceArray.of(a);
        DeviceArray deviceB = DeviceArray.of(b);
        DeviceArray deviceC = DeviceArray.zeros(SIZE * SIZE);
        double milliseconds = Probe.milliseconds(
                "cublasSgemm",
                cublas.sgemm(SIZE, deviceA, deviceB, deviceC),
                JCuda::cudaDeviceSynchronize,
                cublas::describe);
        SmokeTest.SGEMM.answer(TestData.largestError(deviceC.values(), product(a, b)), milliseconds);
        cublas.destroy();
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
