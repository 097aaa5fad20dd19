package dev.voxgrad.nativecheck.probe;

import jcuda.Pointer;
import jcuda.Sizeof;
import jcuda.runtime.JCuda;
import jcuda.runtime.cudaMemcpyKind;

import dev.voxgrad.nativecheck.probe.Probe.CallFailed;

/** Floats in the GPU's memory, for probes; given back when the probe's process ends. */
final class DeviceArray {
    private final Memory pointer = new Memory();
    private final int length;

    /** A pointer whose address can be had as a number, for functions that JCuda does not call. */
    private static final class Memory extends Pointer {
        long address() {
            return getNativePointer() + getByteOffset();
        }
    }

    private DeviceArray(int length) throws CallFailed {
        this.length = length;
        check("cudaMalloc", JCuda.cudaMalloc(pointer, bytes()));
    }

    /** As many zeros. */
    static DeviceArray zeros(int length) throws CallFailed {
        return of(new float[length]);
    }

    /** A copy. */
    static DeviceArray of(float[] values) throws CallFailed {
        DeviceArray array = new DeviceArray(values.length);
        check(
                "cudaMemcpy to the GPU",
                JCuda.cudaMemcpy(
                        array.pointer, Pointer.to(values), array.bytes(), cudaMemcpyKind.cudaMemcpyHostToDevice));
        return array;
    }

    /** Memory for a library to work in. */
    static Pointer workspace(long bytes) throws CallFailed {
        Pointer workspace = new Pointer();
        if (bytes > 0) {
            check("cudaMalloc", JCuda.cudaMalloc(workspace, bytes));
        }
        return workspace;
    }

    /** Where it lies. */
    Pointer pointer() {
        return pointer;
    }

    /** As a number, where it lies. */
    long address() {
        return pointer.address();
    }

    /** What is in it; waits for the GPU. */
    float[] values() throws CallFailed {
        float[] values = new float[length];
        check(
                "cudaMemcpy from the GPU",
                JCuda.cudaMemcpy(Pointer.to(values), pointer, bytes(), cudaMemcpyKind.cudaMemcpyDeviceToHost));
        return values;
    }

    /** Throws where a call of the CUDA runtime did not succeed. */
    static void check(String call, int status) throws CallFailed {
        Probe.check(call, status, code -> JCuda.cudaGetErrorName(code) + " (" + code + ")");
    }

    private long bytes() {
        return (long) length * Sizeof.FLOAT;
    }
}
