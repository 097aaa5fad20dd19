package dev.voxgrad.engine.testing;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;

import jcuda.Pointer;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static dev.voxgrad.engine.testing.EmulatedContext.check;
import static org.assertj.core.api.Assertions.assertThat;

/** Tests the emulated driver through JCuda: its laziness, captures and kernels, and what it refuses. */
class CudaEmulatorTest {
    private EmulatedContext gpu;
    private CUstream stream;

    @BeforeEach
    void setUp() {
        gpu = new EmulatedContext();
        stream = gpu.stream();
    }

    @AfterEach
    void tearDown() {
        if (gpu != null) {
            gpu.close();
        }
    }

    @Test
    void poisonsCopiesAndCountsMemory() {
        long before = CudaEmulator.count("liveBytes");
        CUdeviceptr memory = gpu.allocate(3);
        assertThat(gpu.read(memory, 3)).containsExactly(Float.NaN, Float.NaN, Float.NaN);
        check(JCudaDriver.cuMemcpyHtoD(memory, Pointer.to(new float[] {1, 2, 3}), 12));
        assertThat(gpu.read(memory, 3)).containsExactly(1, 2, 3);
        assertThat(CudaEmulator.count("synchronousCopies")).isEqualTo(3);
        assertThat(CudaEmulator.count("liveBytes")).isEqualTo(before + 12);
        check(JCudaDriver.cuMemFree(memory));
        assertThat(CudaEmulator.count("liveBytes")).isEqualTo(before);
        assertThat(JCudaDriver.cuMemFree(memory)).isEqualTo(CUresult.CUDA_ERROR_INVALID_VALUE);
    }

    @Test
    void limitsMemory() {
        CudaEmulator.memoryLimit(CudaEmulator.count("liveBytes") + 1000);
        CUdeviceptr memory = new CUdeviceptr();
        assertThat(JCudaDriver.cuMemAlloc(memory, 1001)).isEqualTo(CUresult.CUDA_ERROR_OUT_OF_MEMORY);
        check(JCudaDriver.cuMemAlloc(memory, 1000));
    }

    @Test
    void errorsStayUntilTheReset() {
        CUdeviceptr memory = gpu.allocate(3);
        float[] four = new float[4];
        assertThat(JCudaDriver.cuMemcpyDtoH(Pointer.to(four), memory, 16))
                .isEqualTo(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS);
        assertThat(JCudaDriver.cuMemAlloc(new CUdeviceptr(), 4)).isEqualTo(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS);
        CudaEmulator.reset();
        check(JCudaDriver.cuMemcpyDtoH(Pointer.to(four), memory, 12));
    }

    @Test
    void queuedCopiesReadTheBufferWhenTheyRun() {
        FloatBuffer host = hostBuffer(1);
        CUdeviceptr memory = gpu.allocate(1);
        host.put(0, 1);
        check(JCudaDriver.cuMemcpyHtoDAsync(memory, Pointer.to(host), 4, stream));
        host.put(0, 2);
        assertThat(gpu.read(memory, 1)).as("before waiting for the stream").containsExactly(Float.NaN);
        check(JCudaDriver.cuStreamSynchronize(stream));
        assertThat(gpu.read(memory, 1)).containsExactly(2);
    }

    @Test
    void waitingForAnEventRunsTheOtherStreamUpToIt() {
        CUstream other = new CUstream();
        CUevent event = new CUevent();
        check(JCudaDriver.cuStreamCreate(other, 1));
        check(JCudaDriver.cuEventCreate(event, 0));
        CUdeviceptr memory = gpu.allocate(1);
        check(JCudaDriver.cuMemsetD32Async(memory, 1, 1, other));
        check(JCudaDriver.cuEventRecord(event, other));
        check(JCudaDriver.cuMemsetD32Async(memory, 2, 1, other));
        check(JCudaDriver.cuStreamWaitEvent(stream, event, 0));
        check(JCudaDriver.cuStreamSynchronize(stream));
        assertThat(Float.floatToRawIntBits(gpu.read(memory, 1)[0])).isEqualTo(1);
        assertThat(JCudaDriver.cuStreamQuery(other)).isEqualTo(CUresult.CUDA_ERROR_NOT_READY);
        check(JCudaDriver.cuStreamQuery(other));
        assertThat(Float.floatToRawIntBits(gpu.read(memory, 1)[0])).isEqualTo(2);
        check(JCudaDriver.cuStreamDestroy(other));
    }

    @Test
    void runsBarriersAndShuffles() {
        int count = 600;
        float[] ones = new float[count];
        Arrays.fill(ones, 1);
        CUdeviceptr values = gpu.upload(ones);
        CUdeviceptr sums = gpu.allocate(3);
        launch("fixtureBlockSum", 3, 256, Pointer.to(values), Pointer.to(sums), Pointer.to(new int[] {count}));
        check(JCudaDriver.cuStreamSynchronize(stream));
        assertThat(gpu.read(sums, 3)).containsExactly(256, 256, 88);
        assertThat(gpu.read(values, count)[511]).isEqualTo(1f / 256);
        assertThat(gpu.read(values, count)[512]).isEqualTo(1f / 88);
    }

    @Test
    void stopsKernelsThatAGpuWouldRun() {
        CUdeviceptr values = gpu.allocate(64);
        launch("fixtureHalfBarrier", 1, 64, Pointer.to(values));
        assertThat(JCudaDriver.cuStreamSynchronize(stream)).isEqualTo(CUresult.CUDA_ERROR_LAUNCH_FAILED);
        CudaEmulator.reset();
        launch("fixtureFill", 1, 65, Pointer.to(values), floats(1), Pointer.to(new long[] {65}));
        assertThat(JCudaDriver.cuStreamSynchronize(stream)).isEqualTo(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS);
    }

    @Test
    void detectsAMissingBarrierForAnyThread() {
        CUdeviceptr values = gpu.allocate(64);
        boolean firstMissed = false;
        boolean lastMissed = false;
        for (int i = 0; i < 16; i++) {
            launch("fixtureNoBarrier", 1, 64, Pointer.to(values));
            check(JCudaDriver.cuStreamSynchronize(stream));
            float[] read = gpu.read(values, 64);
            firstMissed |= Float.isNaN(read[0]);
            lastMissed |= Float.isNaN(read[63]);
            assertThat(Float.isNaN(read[0])).as("one order or the other").isNotEqualTo(Float.isNaN(read[63]));
        }
        assertThat(firstMissed && lastMissed)
                .as("shared memory that is not yet written, in both orders")
                .isTrue();
    }

    @Test
    void checksAlignmentAndSharedArrays() {
        CUdeviceptr values = gpu.upload(1, 2, 3, 4, 5);
        CUdeviceptr sum = gpu.upload(0);
        launch("fixtureVectors", 1, 32, Pointer.to(values), Pointer.to(sum));
        check(JCudaDriver.cuStreamSynchronize(stream));
        assertThat(gpu.read(sum, 1)).containsExactly(320);
        launch("fixtureVectors", 1, 32, Pointer.to(values.withByteOffset(4)), Pointer.to(sum));
        assertThat(JCudaDriver.cuStreamSynchronize(stream)).isEqualTo(CUresult.CUDA_ERROR_LAUNCH_FAILED);
        CudaEmulator.reset();
        CUdeviceptr shared = gpu.allocate(64);
        launch("fixtureBounds", 1, 64, Pointer.to(shared), Pointer.to(new int[] {0}));
        check(JCudaDriver.cuStreamSynchronize(stream));
        launch("fixtureBounds", 1, 64, Pointer.to(shared), Pointer.to(new int[] {1}));
        assertThat(JCudaDriver.cuStreamSynchronize(stream)).isEqualTo(CUresult.CUDA_ERROR_LAUNCH_FAILED);
    }

    @Test
    void replaysACaptureWithItsMemory() {
        CUdeviceptr values = gpu.upload(1, 10);
        CUstream other = new CUstream();
        check(JCudaDriver.cuStreamCreate(other, 1));
        CUevent fork = new CUevent();
        CUevent join = new CUevent();
        check(JCudaDriver.cuEventCreate(fork, 0));
        check(JCudaDriver.cuEventCreate(join, 0));

        check(JCudaDriver.cuStreamBeginCapture(stream, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_GLOBAL));
        launch("fixtureScale", 1, 32, Pointer.to(values), floats(3), Pointer.to(new long[] {2}));
        check(JCudaDriver.cuEventRecord(fork, stream));
        check(JCudaDriver.cuStreamWaitEvent(other, fork, 0));
        launchOn(other, "fixtureShift", 1, 32, Pointer.to(values), floats(1), Pointer.to(new long[] {1}));
        check(JCudaDriver.cuEventRecord(join, other));
        check(JCudaDriver.cuStreamWaitEvent(stream, join, 0));
        CUgraph graph = new CUgraph();
        check(JCudaDriver.cuStreamEndCapture(stream, graph));
        long[] nodes = new long[1];
        check(JCudaDriver.cuGraphGetNodes(graph, null, nodes));
        assertThat(nodes[0]).isEqualTo(2);
        assertThat(gpu.read(values, 2)).as("a capture runs nothing").containsExactly(1, 10);

        CUgraphExec executable = new CUgraphExec();
        check(JCudaDriver.cuGraphInstantiate(executable, graph, 0));
        check(JCudaDriver.cuGraphLaunch(executable, stream));
        check(JCudaDriver.cuGraphLaunch(executable, stream));
        check(JCudaDriver.cuStreamSynchronize(stream));
        assertThat(gpu.read(values, 2)).containsExactly(13, 90);
        assertThat(CudaEmulator.count("graphLaunches")).isEqualTo(2);
        assertThat(CudaEmulator.count("launches")).isEqualTo(2);
        assertThat(CudaEmulator.count("kernelsRun")).isEqualTo(4);
        check(JCudaDriver.cuStreamDestroy(other));
    }

    @Test
    void forbiddenCallsEndACaptureWithAnError() {
        CUdeviceptr values = gpu.allocate(1);
        check(JCudaDriver.cuStreamBeginCapture(stream, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_GLOBAL));
        assertThat(JCudaDriver.cuStreamSynchronize(stream)).isEqualTo(CUresult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
        assertThat(JCudaDriver.cuStreamEndCapture(stream, new CUgraph()))
                .isEqualTo(CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);

        CUstream other = new CUstream();
        CUevent fork = new CUevent();
        check(JCudaDriver.cuStreamCreate(other, 1));
        check(JCudaDriver.cuEventCreate(fork, 0));
        check(JCudaDriver.cuStreamBeginCapture(stream, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_GLOBAL));
        check(JCudaDriver.cuEventRecord(fork, stream));
        check(JCudaDriver.cuStreamWaitEvent(other, fork, 0));
        check(JCudaDriver.cuMemsetD32Async(values, 0, 1, other));
        assertThat(JCudaDriver.cuStreamEndCapture(stream, new CUgraph()))
                .isEqualTo(CUresult.CUDA_ERROR_STREAM_CAPTURE_UNJOINED);
    }

    private static FloatBuffer hostBuffer(int floats) {
        return ByteBuffer.allocateDirect(4 * floats)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    private static Pointer floats(float value) {
        return Pointer.to(new float[] {value});
    }

    private void launch(String name, int blocks, int threads, Pointer... parameters) {
        launchOn(stream, name, blocks, threads, parameters);
    }

    private static void launchOn(CUstream on, String name, int blocks, int threads, Pointer... parameters) {
        CUmodule module = new CUmodule();
        CUfunction function = new CUfunction();
        check(JCudaDriver.cuModuleLoadData(module, name));
        check(JCudaDriver.cuModuleGetFunction(function, module, name));
        check(JCudaDriver.cuLaunchKernel(function, blocks, 1, 1, threads, 1, 1, 0, on, Pointer.to(parameters), null));
    }
}
