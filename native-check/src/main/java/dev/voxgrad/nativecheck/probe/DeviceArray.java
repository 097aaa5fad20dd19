package dev.voxgrad.nativecheck.probe;

import jcuda.Pointer;
import jcuda.Sizeof;
import jcuda.runtime.JCuda;
import jcuda.runtime.cudaMemcpyKind;

import dev.voxgrad.nativecheck.probe.Probe.CallFailed;

/** Holds floats in the GPU's memory for probes; the memory is released when the probe's process ends. */
final class DeviceArray {
    private final Memory pointer = new Memory();
    private final int length;

    /** Exposes a pointer's address as a number, for functions that JCuda does not call. */
    private static final class Memory extends Pointer {
        long address() {
            return getNativePointer() + getByteOffset();
        }
    }

    private DeviceArray(int length) throws CallFailed {
        this.length = length;
        check("cudaMalloc", JCuda.cudaMalloc(pointer, bytes()));
    }

    /** Returns an array of zeros. */
    static DeviceArray zeros(int length) throws CallFailed {
        return of(new float[length]);
    }

    /** Returns a copy of host values on the GPU. */
    static DeviceArray of(float[] values) throws CallFailed {
        DeviceArray array = new DeviceArray(values.length);
        check(
                "cudaMemcpy to the GPU",
                JCuda.cudaMemcpy(
                        array.pointer, Pointer.to(values), array.bytes(), cudaMemcpyKind.cudaMemcpyHostToDevice));
        return array;
    }

    /** Allocates memory for a library to work in; a null pointer for no bytes. */
    static Pointer workspace(long bytes) throws CallFailed {
        Pointer workspace = new Pointer();
        if (bytes > 0) {
            check("cudaMalloc", JCuda.cudaMalloc(workspace, bytes));
        }
        return workspace;
    }

    /** Returns the pointer to its first element. */
    Pointer pointer() {
        return pointer;
    }

    /** Returns the address of its first element. */
    long address() {
        return pointer.address();
    }

    /** Copies its values to the host; waits for the GPU. */
    float[] values() throws CallFailed {
        float[] values = new float[length];
        check(
                "cudaMemcpy from the GPU",
                JCuda.cudaMemcpy(Pointer.to(values), pointer, bytes(), cudaMemcpyKind.cudaMemcpyDeviceToHost));
        return values;
    }

    /** Throws if a call of the CUDA runtime failed. */
    static void check(String call, int status) throws CallFailed {
        Probe.check(call, status, code -> JCuda.cudaGetErrorName(code) + " (" + code + ")");
    }

    private long bytes() {
        return (long) length * Sizeof.FLOAT;
    }
}
