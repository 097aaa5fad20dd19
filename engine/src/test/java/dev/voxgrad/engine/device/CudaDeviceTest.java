package dev.voxgrad.engine.device;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Layout;
import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.cuda.CudaException;
import dev.voxgrad.engine.cuda.driver.CudaDriver;
import dev.voxgrad.engine.cuda.driver.DeviceMemoryException;
import dev.voxgrad.engine.device.cuda.Precision;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;
import dev.voxgrad.engine.testing.CudaEmulator;
import dev.voxgrad.engine.testing.Samples;
import dev.voxgrad.engine.testing.TestGpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Tests a GPU's memory and the order of its work. */
class CudaDeviceTest {
    private CudaDevice device;

    @BeforeEach
    void open() {
        device = TestGpu.open(Precision.FP32);
    }

    @AfterEach
    void close() {
        if (device != null) {
            device.close();
        }
    }

    @Test
    void valuesSurviveRoundTrip() {
        for (int n : new int[] {1, 1000, 1_048_576, 1_048_577, 5_000_003}) {
            float[] values = new float[n];
            for (int i = 0; i < n; i++) {
                values[i] = i * 0.37f;
            }
            Tensor tensor = Tensor.of(device, Shape.of(n), values.clone());
            assertThat(tensor.toArray()).isEqualTo(values);
            tensor.release();
        }
    }

    @Test
    void hostArrayMayChangeAfterWrite() {
        float[] values = new float[3_000_000];
        Tensor[] tensors = new Tensor[8];
        for (int i = 0; i < tensors.length; i++) {
            Arrays.fill(values, i);
            tensors[i] = Tensor.of(device, Shape.of(values.length), values);
        }
        Arrays.fill(values, -1);
        for (int i = 0; i < tensors.length; i++) {
            float[] read = tensors[i].toArray();
            assertThat(read[0]).isEqualTo(i);
            assertThat(read[read.length - 1]).isEqualTo(i);
        }
    }

    @Test
    void stepReusesMemoryOfPreviousStep() {
        step(3);
        step(3);
        long before = device.allocatedBytes();
        for (int i = 0; i < 20; i++) {
            step(3);
        }
        assertThat(device.allocatedBytes()).isEqualTo(before);
        assertThat(device.usedBytes()).isLessThan(before);
    }

    /** Runs forward and backward of a convolution with that many output channels, in a scope. */
    private double[] step(int channels) {
        try (Scope _ = Scope.open()) {
            Shape shape = Shape.of(2, 2, 5, 4, 6);
            Tensor x = Tensor.of(device, shape, Samples.gaussian(shape, 1));
            Shape kernel = Shape.of(channels, 2, 3, 3, 3);
            Tensor w = Tensor.of(device, kernel, Samples.gaussian(kernel, 2)).requiresGrad(true);
            Tensor loss = x.conv3d(w, null, Conv3dOp.padded(1))
                    .relu()
                    .maxPool3d(Dims3.cube(2), Dims3.cube(2), Dims3.ZERO)
                    .mean();
            Gradients gradients = loss.backward();
            return gradients.of(w).toDoubleArray();
        }
    }

    @Test
    void freesMemoryOfUnreachableTensors() throws InterruptedException {
        Shape megabyte = Shape.of(262_144);
        long most = 0;
        for (int i = 0; i < 200; i++) {
            Tensor.zeros(device, megabyte);
            if (i % 20 == 19) {
                System.gc();
                Thread.sleep(20);
                most = Math.max(most, device.allocatedBytes());
            }
        }
        assertThat(most).isLessThan(100L << 20);
    }

    @Test
    void staysUsableWhenGpuMemoryIsFull() {
        long room = 78L << 20; // four tensors of 16 MiB, and enough for a step
        int tooMany = 1 << 30;
        boolean emulated = TestGpu.isEmulated();
        if (emulated) {
            CudaEmulator.memoryLimit(CudaEmulator.count("liveBytes") + room); // other tests' devices occupy some
        }
        try {
            double[] before = step(4);
            Tensor[] hoard = new Tensor[1000];
            assertThatThrownBy(() -> {
                        for (int i = 0; i < hoard.length; i++) {
                            hoard[i] = Tensor.empty(device, Shape.of(emulated ? 4 << 20 : tooMany), Layout.ROW_MAJOR);
                        }
                    })
                    .isInstanceOf(DeviceMemoryException.class)
                    .hasMessageContaining("were requested")
                    .hasMessageContaining("are free")
                    .hasMessageContaining("lower --batch-size");
            Arrays.fill(hoard, null);
            assertThat(step(4)).isEqualTo(before);
        } finally {
            if (emulated) {
                CudaEmulator.memoryLimit(4L << 30);
            }
        }
    }

    /** Covers, for example, a GPU whose memory is full when cuDNN's handle is created. */
    @Test
    void freesEverythingIfCreationFails() {
        assumeTrue(TestGpu.isEmulated(), "only the emulator can be made to fail");
        Map<String, Long> before = CudaEmulator.live();
        List<String> failures = new ArrayList<>();
        while (true) {
            CudaEmulator.roomFor(failures.size());
            try (CudaDevice _ = device.another()) {
                break;
            } catch (CudaException e) {
                failures.add(e.getMessage());
                assertThat(e.getSuppressed()).isEmpty();
                assertThat(CudaEmulator.live()).as(e.getMessage()).isEqualTo(before);
            } finally {
                CudaEmulator.roomFor(Long.MAX_VALUE);
            }
        }
        assertThat(CudaEmulator.live()).isEqualTo(before);
        assertThat(failures)
                .anyMatch(failure -> failure.startsWith("cuStreamCreate: "))
                .anyMatch(failure -> failure.startsWith("cuEventCreate: "))
                .anyMatch(failure -> failure.startsWith("cuMemHostAlloc of "))
                .anyMatch(failure -> failure.startsWith("cudnnCreate: internal error (4004)"))
                .anyMatch(failure -> failure.startsWith("cublasCreate (libcublas.so.12): status 3"))
                .anyMatch(failure -> failure.startsWith("the GPU's memory is full: "));
    }

    @Test
    void sameWorkGivesSameBits() {
        double[] first = step(17);
        assertThat(step(17)).isEqualTo(first);
        try (CudaDevice other = device.another()) {
            CudaDevice mine = device;
            device = other;
            assertThat(step(17)).isEqualTo(first);
            device = mine;
        }
    }

    @Test
    void manyStepsLeakNothing() {
        int steps = TestGpu.isEmulated() ? 300 : 10_000;
        step(2);
        step(2);
        long held = device.allocatedBytes();
        for (int i = 0; i < steps; i++) {
            step(2);
        }
        assertThat(device.allocatedBytes()).isEqualTo(held);
    }

    @Test
    void describesItself() {
        assertThat(device.name()).isEqualTo(CudaDriver.count() == 1 ? "cuda" : "cuda:0");
        assertThat(device.description())
                .startsWith(device.name() + ": ")
                .contains("GiB", "driver for CUDA", "cuDNN 9.", "fp32", "deterministic convolution");
    }
}
