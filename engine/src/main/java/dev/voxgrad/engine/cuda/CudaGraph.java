package dev.voxgrad.engine.cuda;

import jcuda.driver.CUgraphExec;
import jcuda.driver.JCudaDriver;

/** Captured work that the card replays with one call: the same kernels on the same addresses. */
public final class CudaGraph implements AutoCloseable {
    private final CUgraphExec executable;

    CudaGraph(CUgraphExec executable) {
        this.executable = executable;
    }

    CUgraphExec raw() {
        return executable;
    }

    @Override
    public void close() {
        CudaDriver.ignore(() -> JCudaDriver.cuGraphExecDestroy(executable));
    }
}
