package dev.voxgrad.engine.cuda.driver;

import jcuda.driver.CUfunction;

/** Represents an entry point of compiled CUDA C++. */
public final class CudaKernel {
    private final String name;
    private final CUfunction function;

    public CudaKernel(String name, CUfunction function) {
        this.name = name;
        this.function = function;
    }

    String name() {
        return name;
    }

    CUfunction function() {
        return function;
    }
}
