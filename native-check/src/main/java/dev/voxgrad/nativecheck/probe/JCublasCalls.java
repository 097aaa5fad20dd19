package dev.voxgrad.nativecheck.probe;

import java.util.function.IntSupplier;

import jcuda.Pointer;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;

import dev.voxgrad.nativecheck.library.NativeLibrary;
import dev.voxgrad.nativecheck.probe.Probe.CallFailed;

/** Calls cuBLAS of CUDA 12 through JCublas. */
final class JCublasCalls implements CublasCalls {
    private static final Pointer ONE = Pointer.to(new float[] {1});
    private static final Pointer ZERO = Pointer.to(new float[] {0});

    private final cublasHandle handle = new cublasHandle();

    @Override
    public int version(int part) throws CallFailed {
        int[] value = new int[1];
        check("cublasGetProperty", JCublas2.cublasGetProperty(part, value));
        return value[0];
    }

    @Override
    public void create() throws CallFailed {
        check("cublasCreate", JCublas2.cublasCreate(handle));
    }

    @Override
    public IntSupplier sgemm(int size, DeviceArray a, DeviceArray b, DeviceArray c) {
        return () -> JCublas2.cublasSgemm(
                handle,
                NO_TRANSPOSE,
                NO_TRANSPOSE,
                size,
                size,
                size,
                ONE,
                a.pointer(),
                size,
                b.pointer(),
                size,
                ZERO,
                c.pointer(),
                size);
    }

    @Override
    public String describe(int status) {
        return JCublas2.cublasGetStatusName(status) + " (" + status + ")";
    }

    @Override
    public void destroy() throws CallFailed {
        check("cublasDestroy", JCublas2.cublasDestroy(handle));
    }

    private void check(String call, int status) throws CallFailed {
        Probe.check(call + " of " + NativeLibrary.CUBLAS.cuda12File(), status, this::describe);
    }
}
