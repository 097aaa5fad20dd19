package dev.voxgrad.nativecheck.probe;

import java.util.function.IntSupplier;

import dev.voxgrad.nativecheck.library.CublasBinding;
import dev.voxgrad.nativecheck.probe.Probe.CallFailed;

/** Calls the functions of cuBLAS that the probes need, through one of the trainer's bindings. */
interface CublasCalls {
    /** CUBLAS_OP_N. */
    int NO_TRANSPOSE = 0;

    /** Loads cuBLAS through the binding that the property {@value CublasBinding#PROPERTY} names. */
    static CublasCalls open() throws CallFailed {
        return CublasBinding.JCUBLAS.flag().equals(System.getProperty(CublasBinding.PROPERTY))
                ? new JCublasCalls()
                : new ForeignCublasCalls();
    }

    /** Returns a part of the library's version: 0 major, 1 minor, 2 patch. Needs no handle, and therefore no GPU. */
    int version(int part) throws CallFailed;

    /** Creates the handle. */
    void create() throws CallFailed;

    /** Returns a call that starts c = a · b, for square matrices that are stored column by column. */
    IntSupplier sgemm(int size, DeviceArray a, DeviceArray b, DeviceArray c) throws CallFailed;

    /** Returns the library's name of a status, followed by the status. */
    String describe(int status);

    /** Destroys the handle. */
    void destroy() throws CallFailed;
}
