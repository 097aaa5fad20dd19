package dev.voxgrad.nativecheck.probe;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.IntSupplier;

import dev.voxgrad.nativecheck.library.NativeLibrary;
import dev.voxgrad.nativecheck.probe.ForeignLibrary.Function;
import dev.voxgrad.nativecheck.probe.Probe.CallFailed;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

/** Calls cuBLAS of CUDA 12 or 13 through the JDK's foreign functions. */
final class ForeignCublasCalls implements CublasCalls {
    private final ForeignLibrary cublas = ForeignLibrary.load(NativeLibrary.CUBLAS, "cublasGetStatusName");
    private final MemorySegment one = Arena.global().allocateFrom(JAVA_FLOAT, 1);
    private final MemorySegment zero = Arena.global().allocateFrom(JAVA_FLOAT, 0);
    private MemorySegment handle = MemorySegment.NULL;

    /** Loads the library. */
    ForeignCublasCalls() throws CallFailed {}

    @Override
    public int version(int part) throws CallFailed {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(JAVA_INT);
            cublas.check(
                    "cublasGetProperty",
                    cublas.function("cublasGetProperty", JAVA_INT, ADDRESS).call(part, value));
            return value.get(JAVA_INT, 0);
        }
    }

    @Override
    public void create() throws CallFailed {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(ADDRESS);
            cublas.check(
                    "cublasCreate", cublas.function("cublasCreate_v2", ADDRESS).call(address));
            handle = address.get(ADDRESS, 0);
        }
    }

    @Override
    public IntSupplier sgemm(int size, DeviceArray a, DeviceArray b, DeviceArray c) throws CallFailed {
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
        return () -> sgemm.call(
                handle,
                NO_TRANSPOSE,
                NO_TRANSPOSE,
                size,
                size,
                size,
                one,
                a.address(),
                size,
                b.address(),
                size,
                zero,
                c.address(),
                size);
    }

    @Override
    public String describe(int status) {
        return cublas.describe(status);
    }

    @Override
    public void destroy() throws CallFailed {
        cublas.check(
                "cublasDestroy", cublas.function("cublasDestroy_v2", ADDRESS).call(handle));
    }
}
