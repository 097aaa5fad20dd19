package dev.voxgrad.engine.testing;

import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnHandle;
import jcuda.jcudnn.cudnnPoolingDescriptor;
import jcuda.jcudnn.cudnnTensorDescriptor;
import jcuda.runtime.cudaStream_t;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests what the emulated cuDNN refuses in batch norm, pools and softmax, and what it does in cases that cuDNN leaves
 * open. The suites of the operations compare its results with the reference.
 */
class CudaEmulatorCudnnTest {
    private static final int NCHW = 0;
    private static final int NHWC = 1;
    private static final int FLOAT = 0;
    private static final int BFLOAT16 = 9;
    private static final int BAD_PARAM = 2000;
    private static final int NOT_SUPPORTED = 3000;
    private static final int SPATIAL = 1;
    private static final int AVERAGE = 1;
    private static final int DETERMINISTIC_MAXIMUM = 3;
    private static final int PROPAGATE_NAN = 1;
    private static final Pointer ONE = Pointer.to(new float[] {1});
    private static final Pointer ZERO = Pointer.to(new float[] {0});

    private EmulatedContext gpu;
    private final cudnnHandle handle = new cudnnHandle();
    private CUdeviceptr memory;

    @BeforeEach
    void setUp() {
        gpu = new EmulatedContext();
        check(JCudnn.cudnnCreate(handle));
        check(JCudnn.cudnnSetStream(handle, new cudaStream_t(gpu.stream())));
        memory = gpu.upload(new float[64]);
    }

    @AfterEach
    void tearDown() {
        if (gpu != null) {
            gpu.close();
        }
    }

    private static void check(int status) {
        assertThat(status).isZero();
    }

    private static cudnnTensorDescriptor tensor(int format, int type, int... dims) {
        cudnnTensorDescriptor tensor = new cudnnTensorDescriptor();
        check(JCudnn.cudnnCreateTensorDescriptor(tensor));
        check(JCudnn.cudnnSetTensorNdDescriptorEx(tensor, format, type, dims.length, dims));
        return tensor;
    }

    private static cudnnPoolingDescriptor pool(int mode, int window) {
        cudnnPoolingDescriptor pool = new cudnnPoolingDescriptor();
        check(JCudnn.cudnnCreatePoolingDescriptor(pool));
        check(set(pool, mode, window, 0, window));
        return pool;
    }

    private static int set(cudnnPoolingDescriptor pool, int mode, int window, int padding, int stride) {
        return JCudnn.cudnnSetPoolingNdDescriptor(
                pool, mode, PROPAGATE_NAN, 3, new int[] {1, 1, window}, new int[] {0, 0, padding}, new int[] {
                    1, 1, stride
                });
    }

    private int train(
            int mode,
            cudnnTensorDescriptor x,
            cudnnTensorDescriptor y,
            cudnnTensorDescriptor parameters,
            double eps,
            Pointer variance) {
        return JCudnn.cudnnBatchNormalizationForwardTraining(
                handle,
                mode,
                ONE,
                ZERO,
                x,
                memory,
                y,
                memory,
                parameters,
                memory,
                memory,
                0.1,
                memory,
                variance,
                eps,
                memory,
                memory);
    }

    @Test
    void refusesInvalidBatchNorms() {
        cudnnTensorDescriptor x = tensor(NCHW, BFLOAT16, 2, 3, 1, 1, 4);
        cudnnTensorDescriptor derived = tensor(NCHW, FLOAT, 1, 1, 1, 1, 1);
        check(JCudnn.cudnnDeriveBNTensorDescriptor(derived, x, SPATIAL));
        check(train(SPATIAL, x, x, derived, 0, memory));
        assertThat(train(SPATIAL, x, x, derived, -1e-9, memory)).as("eps").isEqualTo(BAD_PARAM);
        assertThat(train(SPATIAL, x, x, derived, 0, new Pointer()))
                .as("one of two")
                .isEqualTo(BAD_PARAM);
        assertThat(train(0, x, x, derived, 0, memory)).as("per activation").isEqualTo(NOT_SUPPORTED);
        assertThat(train(SPATIAL, x, tensor(NCHW, FLOAT, 2, 3, 1, 1, 4), derived, 0, memory))
                .as("another type")
                .isEqualTo(BAD_PARAM);
        assertThat(train(SPATIAL, x, tensor(NHWC, BFLOAT16, 2, 3, 1, 1, 4), derived, 0, memory))
                .as("another order")
                .isEqualTo(NOT_SUPPORTED);
        assertThat(train(SPATIAL, x, x, tensor(NCHW, BFLOAT16, 1, 3, 1, 1, 1), 0, memory))
                .as("bfloat16 parameters")
                .isEqualTo(BAD_PARAM);
        assertThat(train(SPATIAL, x, x, tensor(NCHW, FLOAT, 1, 4, 1, 1, 1), 0, memory))
                .as("four channels")
                .isEqualTo(BAD_PARAM);
    }

    @Test
    void refusesInvalidPools() {
        cudnnPoolingDescriptor pool = pool(DETERMINISTIC_MAXIMUM, 2);
        assertThat(set(pool, 0, 2, 0, 2)).as("not deterministic").isEqualTo(NOT_SUPPORTED);
        assertThat(set(pool, AVERAGE, 2, 2, 2)).as("padding of a window").isEqualTo(BAD_PARAM);
        assertThat(set(pool, AVERAGE, 2, 0, 0)).as("stride 0").isEqualTo(BAD_PARAM);
        cudnnTensorDescriptor x = tensor(NCHW, FLOAT, 1, 1, 1, 1, 4);
        for (cudnnTensorDescriptor y : new cudnnTensorDescriptor[] {
            tensor(NCHW, FLOAT, 1, 1, 1, 1, 3),
            tensor(NCHW, FLOAT, 1, 2, 1, 1, 2),
            tensor(NCHW, BFLOAT16, 1, 1, 1, 1, 2)
        }) {
            assertThat(JCudnn.cudnnPoolingForward(handle, pool, ONE, x, memory, ZERO, y, memory))
                    .isEqualTo(BAD_PARAM);
        }
    }

    @Test
    void lastOfEqualMaximaReceivesTheGradient() {
        cudnnTensorDescriptor x = tensor(NCHW, FLOAT, 1, 1, 1, 1, 6);
        cudnnTensorDescriptor y = tensor(NCHW, FLOAT, 1, 1, 1, 1, 2);
        CUdeviceptr values = gpu.upload(5, 5, 1, 2, Float.NaN, Float.NaN);
        CUdeviceptr maxima = gpu.allocate(2);
        CUdeviceptr gradient = gpu.allocate(6);
        cudnnPoolingDescriptor pool = pool(DETERMINISTIC_MAXIMUM, 3);
        check(JCudnn.cudnnPoolingForward(handle, pool, ONE, x, values, ZERO, y, maxima));
        check(JCudnn.cudnnPoolingBackward(
                handle, pool, ONE, y, maxima, y, gpu.upload(7, 9), x, values, ZERO, x, gradient));
        gpu.synchronize();
        assertThat(gpu.read(maxima, 2)).containsExactly(5, Float.NaN);
        assertThat(gpu.read(gradient, 6)).containsExactly(0, 7, 0, 0, 0, 9);
    }

    @Test
    void refusesInvalidSoftmax() {
        cudnnTensorDescriptor x = tensor(NCHW, FLOAT, 2, 3, 1, 1, 1);
        check(JCudnn.cudnnSoftmaxForward(handle, 1, 0, ONE, x, memory, ZERO, x, memory));
        assertThat(JCudnn.cudnnSoftmaxForward(handle, 0, 0, ONE, x, memory, ZERO, x, memory))
                .as("fast")
                .isEqualTo(NOT_SUPPORTED);
        assertThat(JCudnn.cudnnSoftmaxForward(
                        handle, 1, 0, ONE, x, memory, ZERO, tensor(NCHW, FLOAT, 3, 2, 1, 1, 1), memory))
                .as("another shape")
                .isEqualTo(BAD_PARAM);
    }

    @Test
    void countsCalls() {
        cudnnTensorDescriptor x = tensor(NCHW, FLOAT, 2, 3, 1, 1, 1);
        assertThat(CudaEmulator.count("cudnnSoftmaxForward")).isZero();
        check(JCudnn.cudnnSoftmaxForward(handle, 2, 0, ONE, x, memory, ZERO, x, memory));
        assertThat(CudaEmulator.count("cudnnSoftmaxForward")).isEqualTo(1);
        assertThat(CudaEmulator.count("cudnnSoftmaxBackward")).isZero();
    }
}
