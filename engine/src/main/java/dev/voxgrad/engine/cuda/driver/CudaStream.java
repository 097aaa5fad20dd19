package dev.voxgrad.engine.cuda.driver;

import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;
import jcuda.runtime.cudaStream_t;

/**
 * Queues work for the GPU, which runs it in order; work of different streams may run at the same time. Only
 * {@link #synchronize} waits for the GPU.
 */
public final class CudaStream implements AutoCloseable {
    private final CUstream stream = new CUstream();
    private final CudaDriver driver;

    /** Creates a stream that does not wait for the default stream. */
    public CudaStream(CudaDriver driver) {
        this.driver = driver;
        driver.bind();
        CudaDriver.check("cuStreamCreate", JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING));
    }

    /** Returns the GPU of this stream. */
    public CudaDriver driver() {
        return driver;
    }

    CUstream raw() {
        return stream;
    }

    /** Returns the same stream, as libraries based on the CUDA runtime see it. */
    public cudaStream_t runtimeStream() {
        return new cudaStream_t(stream);
    }

    /** Returns the handle as an integer, for libraries that are not called through JCuda. */
    public long handle() {
        return new Handle(stream).value();
    }

    /** Reads the native handle, which JCuda shows to subclasses only. */
    private static final class Handle extends cudaStream_t {
        Handle(CUstream stream) {
            super(stream);
        }

        long value() {
            return getNativePointer();
        }
    }

    /** Copies a pinned buffer's bytes to the GPU's memory; the host must not change them until that is done. */
    public void upload(PinnedBuffer from, int offset, DeviceBuffer to) {
        driver.bind();
        CudaDriver.check(
                "cuMemcpyHtoDAsync",
                JCudaDriver.cuMemcpyHtoDAsync(to.pointer(), from.pointer().withByteOffset(offset), to.bytes(), stream));
    }

    /** Copies the GPU's memory into a pinned buffer; the values are valid once the stream has reached this point. */
    public void download(DeviceBuffer from, PinnedBuffer to, int offset) {
        driver.bind();
        CudaDriver.check(
                "cuMemcpyDtoHAsync",
                JCudaDriver.cuMemcpyDtoHAsync(
                        to.pointer().withByteOffset(offset), from.pointer(), from.bytes(), stream));
    }

    /** Copies within the GPU's memory. */
    public void copy(DeviceBuffer from, DeviceBuffer to) {
        driver.bind();
        CudaDriver.check(
                "cuMemcpyDtoDAsync", JCudaDriver.cuMemcpyDtoDAsync(to.pointer(), from.pointer(), from.bytes(), stream));
    }

    /** Launches a kernel over a grid of blocks. */
    public void launch(CudaKernel kernel, Grid grid, KernelArguments arguments) {
        driver.bind();
        CudaDriver.check(
                "cuLaunchKernel " + kernel.name(),
                JCudaDriver.cuLaunchKernel(
                        kernel.function(),
                        grid.blocksX(),
                        grid.blocksY(),
                        grid.blocksZ(),
                        grid.threads(),
                        1,
                        1,
                        0,
                        stream,
                        arguments.pointer(),
                        null));
    }

    /** Marks the current point of this stream's work. */
    public void record(CudaEvent event) {
        driver.bind();
        CudaDriver.check("cuEventRecord", JCudaDriver.cuEventRecord(event.raw(), stream));
    }

    /** Makes later work in this stream wait for another stream's event. */
    public void await(CudaEvent event) {
        driver.bind();
        CudaDriver.check("cuStreamWaitEvent", JCudaDriver.cuStreamWaitEvent(stream, event.raw(), 0));
    }

    /** Waits on the host until all work is done; if any of it failed, throws here. */
    public void synchronize() {
        driver.bind();
        CudaDriver.check("cuStreamSynchronize", JCudaDriver.cuStreamSynchronize(stream));
    }

    /** Captures all work that {@code body} queues in this stream as a graph to be replayed; none of it runs now. */
    public CudaGraph capture(Runnable body) {
        driver.bind();
        CudaDriver.check(
                "cuStreamBeginCapture",
                JCudaDriver.cuStreamBeginCapture(stream, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
        CUgraph graph = new CUgraph();
        boolean complete = false;
        int end;
        try {
            body.run();
            complete = true;
        } finally {
            driver.bind();
            end = JCudaDriver.cuStreamEndCapture(stream, graph);
            if (!complete) {
                driver.end(() -> JCudaDriver.cuGraphDestroy(graph));
            }
        }
        CudaDriver.check("cuStreamEndCapture", end);
        CUgraphExec executable = new CUgraphExec();
        int status = JCudaDriver.cuGraphInstantiate(executable, graph, 0);
        driver.end(() -> JCudaDriver.cuGraphDestroy(graph));
        CudaDriver.check("cuGraphInstantiate", status);
        return new CudaGraph(driver, executable);
    }

    /** Replays captured work. */
    public void launch(CudaGraph graph) {
        driver.bind();
        CudaDriver.check("cuGraphLaunch", JCudaDriver.cuGraphLaunch(graph.raw(), stream));
    }

    @Override
    public void close() {
        driver.end(() -> JCudaDriver.cuStreamDestroy(stream));
    }
}
