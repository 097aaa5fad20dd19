package dev.voxgrad.engine.cuda.driver;

import jcuda.driver.CUgraphExec;
import jcuda.driver.JCudaDriver;

/** Represents captured work that the GPU replays with one call: the same kernels on the same addresses. */
public final class CudaGraph implements AutoCloseable {
    private final CudaDriver driver;
    private final CUgraphExec executable;

    CudaGraph(CudaDriver driver, CUgraphExec executable) {
        this.driver = driver;
        this.executable = executable;
    }

    CUgraphExec raw() {
        return executable;
    }

    @Override
    public void close() {
        driver.end(() -> JCudaDriver.cuGraphExecDestroy(executable));
    }
}
