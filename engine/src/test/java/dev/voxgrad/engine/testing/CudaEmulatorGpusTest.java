package dev.voxgrad.engine.testing;

import jcuda.Pointer;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUfunction;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.JCudaDriver;
import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnHandle;
import jcuda.runtime.cudaStream_t;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static dev.voxgrad.engine.testing.EmulatedContext.check;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Tests two emulated GPUs through JCuda: each refuses what belongs to the other. */
class CudaEmulatorGpusTest {
    private static final int CUDNN_BAD_PARAM = 2000;

    private EmulatedContext first;
    private EmulatedContext second;

    /** Makes the second GPU's context current. */
    @BeforeEach
    void setUp() {
        assumeTrue(
                CudaEmulator.missing().isEmpty(), () -> CudaEmulator.missing().orElseThrow());
        CudaEmulator.load();
        CudaEmulator.gpus(2);
        first = new EmulatedContext(0);
        second = new EmulatedContext(1);
    }

    @AfterEach
    void tearDown() {
        if (first != null) {
            second.close();
            first.close();
            CudaEmulator.gpus(1);
        }
    }

    @Test
    void countsGpus() {
        int[] count = new int[1];
        check(JCudaDriver.cuDeviceGetCount(count));
        assertThat(count[0]).isEqualTo(2);
        for (int bad : new int[] {-1, 2}) {
            assertThat(JCudaDriver.cuDeviceGet(new CUdevice(), bad)).isEqualTo(CUresult.CUDA_ERROR_INVALID_DEVICE);
        }
    }

    @Test
    void eachGpuHasItsOwnMemory() {
        first.makeCurrent();
        long freeOnFirst = freeBytes();
        second.makeCurrent();
        long freeOnSecond = freeBytes();
        CUdeviceptr memory = second.allocate(1000);
        assertThat(freeBytes()).isEqualTo(freeOnSecond - 4000);
        first.makeCurrent();
        assertThat(freeBytes()).isEqualTo(freeOnFirst);
        assertThat(JCudaDriver.cuMemFree(memory)).isEqualTo(CUresult.CUDA_ERROR_INVALID_VALUE);
        second.makeCurrent();
        check(JCudaDriver.cuMemFree(memory));
        assertThat(freeBytes()).isEqualTo(freeOnSecond);
    }

    private static long freeBytes() {
        long[] free = new long[1];
        check(JCudaDriver.cuMemGetInfo(free, new long[1]));
        return free[0];
    }

    @Test
    void noGpuReachesAnothersMemory() {
        CUdeviceptr mine = second.upload(1, 2);
        first.makeCurrent();
        CUdeviceptr other = first.upload(3, 4);
        second.makeCurrent();
        check(launch(function(), second.stream(), mine));
        second.synchronize();
        assertThat(second.read(mine, 2)).containsExactly(7, 7);
        check(launch(function(), second.stream(), other));
        assertThat(JCudaDriver.cuStreamSynchronize(second.stream())).isEqualTo(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS);
        CudaEmulator.reset();
        check(JCudaDriver.cuMemcpyDtoDAsync(mine, other, 8, second.stream()));
        assertThat(JCudaDriver.cuStreamSynchronize(second.stream())).isEqualTo(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS);
        CudaEmulator.reset();
        first.makeCurrent();
        assertThat(first.read(other, 2)).containsExactly(3, 4);
    }

    /** Waiting for one GPU's stream doesn't move the work of another GPU. */
    @Test
    void workRunsOnItsGpu() {
        CUdeviceptr mine = second.allocate(2);
        CUevent event = new CUevent();
        check(JCudaDriver.cuEventCreate(event, 0));
        check(launch(function(), second.stream(), mine));
        check(JCudaDriver.cuEventRecord(event, second.stream()));
        first.makeCurrent();
        CUdeviceptr other = first.allocate(2);
        check(JCudaDriver.cuStreamWaitEvent(first.stream(), event, 0));
        check(launch(function(), first.stream(), other));
        first.synchronize();
        assertThat(first.read(other, 2)).containsExactly(7, 7);
        second.makeCurrent();
        assertThat(second.read(mine, 2)).containsExactly(7, 7);
    }

    @Test
    void refusesResourcesOfTheOtherGpu() {
        CUdeviceptr mine = second.allocate(2);
        CUmodule module = module();
        CUfunction function = function();
        CUevent event = new CUevent();
        check(JCudaDriver.cuEventCreate(event, 0));
        CUgraph graph = new CUgraph();
        check(JCudaDriver.cuStreamBeginCapture(
                second.stream(), CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
        check(launch(function, second.stream(), mine));
        check(JCudaDriver.cuStreamEndCapture(second.stream(), graph));
        CUgraphExec executable = new CUgraphExec();
        check(JCudaDriver.cuGraphInstantiate(executable, graph, 0));

        first.makeCurrent();
        CUdeviceptr other = first.allocate(2);
        int refused = CUresult.CUDA_ERROR_INVALID_HANDLE;
        assertThat(launch(function, first.stream(), other)).as("a kernel").isEqualTo(refused);
        assertThat(launch(function(), second.stream(), other)).as("a stream").isEqualTo(refused);
        assertThat(JCudaDriver.cuMemsetD32Async(other, 0, 2, second.stream())).isEqualTo(refused);
        assertThat(JCudaDriver.cuStreamSynchronize(second.stream())).isEqualTo(refused);
        assertThat(JCudaDriver.cuStreamDestroy(second.stream())).isEqualTo(refused);
        assertThat(JCudaDriver.cuEventRecord(event, first.stream()))
                .as("an event")
                .isEqualTo(refused);
        assertThat(JCudaDriver.cuEventSynchronize(event)).isEqualTo(refused);
        assertThat(JCudaDriver.cuEventDestroy(event)).isEqualTo(refused);
        assertThat(JCudaDriver.cuModuleGetFunction(new CUfunction(), module, "fixtureFill"))
                .isEqualTo(refused);
        assertThat(JCudaDriver.cuModuleUnload(module)).isEqualTo(refused);
        assertThat(JCudaDriver.cuGraphLaunch(executable, first.stream()))
                .as("a graph")
                .isEqualTo(CUresult.CUDA_ERROR_INVALID_VALUE);

        second.makeCurrent();
        check(JCudaDriver.cuGraphLaunch(executable, second.stream()));
        second.synchronize();
        assertThat(second.read(mine, 2)).containsExactly(7, 7);
        check(JCudaDriver.cuGraphExecDestroy(executable));
        check(JCudaDriver.cuEventDestroy(event));
        check(JCudaDriver.cuModuleUnload(module));
    }

    @Test
    void libraryHandlesAcceptOnlyTheirGpusStreams() {
        cudnnHandle handle = new cudnnHandle();
        check(JCudnn.cudnnCreate(handle));
        check(JCudnn.cudnnSetStream(handle, new cudaStream_t(second.stream())));
        assertThat(JCudnn.cudnnSetStream(handle, new cudaStream_t(first.stream())))
                .isEqualTo(CUDNN_BAD_PARAM);
        check(JCudnn.cudnnDestroy(handle));
    }

    private static CUmodule module() {
        CUmodule module = new CUmodule();
        check(JCudaDriver.cuModuleLoadData(module, "fixtureFill"));
        return module;
    }

    private static CUfunction function() {
        CUfunction function = new CUfunction();
        check(JCudaDriver.cuModuleGetFunction(function, module(), "fixtureFill"));
        return function;
    }

    /** Fills two values with sevens and returns the status. */
    private static int launch(CUfunction function, CUstream stream, CUdeviceptr to) {
        return JCudaDriver.cuLaunchKernel(
                function,
                1,
                1,
                1,
                2,
                1,
                1,
                0,
                stream,
                Pointer.to(Pointer.to(to), Pointer.to(new float[] {7}), Pointer.to(new long[] {2})),
                null);
    }
}
