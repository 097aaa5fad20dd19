package dev.voxgrad.nativecheck.probe;

import jcuda.runtime.JCuda;

import dev.voxgrad.nativecheck.probe.Probe.CallFailed;

/** Copies 16 MiB to the first GPU and back, in a child process. */
public final class CopyProbe {
    private static final int LENGTH = 1 << 22;

    private CopyProbe() {}

    /** Runs the probe and prints its answers. */
    public static void main(String[] args) {
        Probe.run(CopyProbe::copy);
    }

    private static void copy() throws CallFailed {
        DeviceArray.check("cudaSetDevice", JCuda.cudaSetDevice(0));
        float[] values = TestData.random(LENGTH, 1);
        DeviceArray.of(values).values();
        long start = System.nanoTime();
        float[] back = DeviceArray.of(values).values();
        double milliseconds = (System.nanoTime() - start) / 1e6;
        double[] expected = new double[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            expected[i] = values[i];
        }
        SmokeTest.COPY.answer(TestData.largestError(back, expected), milliseconds);
    }
}
