package dev.voxgrad.engine.op.conv3d.cuda;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.device.cuda.GpuKernels;
import dev.voxgrad.engine.device.cuda.Precision;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;
import dev.voxgrad.engine.testing.CudaEmulator;
import dev.voxgrad.engine.testing.CudaEmulator.Lack;
import dev.voxgrad.engine.testing.DeviceAgreement;
import dev.voxgrad.engine.testing.Samples;
import dev.voxgrad.engine.testing.TestGpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Tests a cuDNN that lacks what it promises, or has nothing in bfloat16 for some shape: emulated, since none is
 * available.
 */
class Conv3dLackTest {
    private static final Shape[] SHAPES = {Shape.of(2, 3, 5, 4, 6), Shape.of(4, 3, 3, 3, 3), Shape.of(4)};
    private static final Function<Tensor[], Tensor> CONVOLUTION = in -> in[0].conv3d(in[1], in[2], Conv3dOp.padded(1));

    private final List<String> log = new ArrayList<>();

    @BeforeEach
    void emulated() {
        assumeTrue(TestGpu.isEmulated(), "this machine's cuDNN is a real one");
    }

    @AfterEach
    void restore() {
        if (CudaEmulator.isLoaded()) {
            CudaEmulator.convolutionsLack(Lack.NOTHING);
        }
    }

    @ParameterizedTest
    @EnumSource
    void usesNextAlgorithmIfFirstIsRefused(Precision precision) {
        CudaEmulator.convolutionsLack(Lack.THE_FIRST_LISTED);
        try (CudaDevice device = TestGpu.open(precision, GpuKernels.OWN, log::add)) {
            log.clear(); // the binding of cuBLAS
            assertThat(largestError(device)).isLessThan(precision == Precision.BF16 ? 0x1p-7 : 1e-6);
        }
        assertThat(log)
                .hasSize(3)
                .noneMatch(line -> line.contains("algorithm 1"))
                .anyMatch(line -> line.contains("conv3d forward of [2, 3, 5, 4, 6]") && line.contains("algorithm 0"))
                .anyMatch(line -> line.contains("conv3d input gradient of") && line.contains("algorithm 5"))
                .anyMatch(line -> line.contains("conv3d weight gradient of") && line.contains("algorithm 5"));
    }

    /** The second time, nothing is tried or reported again. */
    @ParameterizedTest
    @EnumSource(names = {"BFLOAT16_LISTED", "BFLOAT16"})
    void computesInFloat32WhatBfloat16Lacks(Lack lack) {
        CudaEmulator.convolutionsLack(lack);
        try (CudaDevice device = TestGpu.open(Precision.BF16, GpuKernels.OWN, log::add)) {
            log.clear(); // the binding of cuBLAS
            for (int i = 0; i < 2; i++) {
                assertThat(largestError(device)).isLessThan(0x1p-7);
            }
        }
        assertThat(log)
                .hasSize(3)
                .allMatch(line -> line.contains("in float32, which is slower, as cuDNN")
                        && line.endsWith(
                                " has no deterministic algorithm in bfloat16; --fast-algorithms takes others, too"))
                .anyMatch(line -> line.startsWith("conv3d forward of [2, 3, 5, 4, 6], weight [4, 3, 3, 3, 3]"))
                .anyMatch(line -> line.startsWith("conv3d input gradient of"))
                .anyMatch(line -> line.startsWith("conv3d weight gradient of"));
    }

    @Test
    void float32IsUnaffectedByBfloat16Lacks() {
        CudaEmulator.convolutionsLack(Lack.BFLOAT16);
        try (CudaDevice device = TestGpu.open(Precision.FP32, GpuKernels.OWN, log::add)) {
            log.clear(); // the binding of cuBLAS
            assertThat(largestError(device)).isLessThan(1e-6);
        }
        assertThat(log).hasSize(3).noneMatch(line -> line.contains("in float32"));
    }

    /** Returns the largest error of the result and all gradients, relative to the largest value of each. */
    private static double largestError(CudaDevice device) {
        double[][] values = new double[SHAPES.length][];
        for (int i = 0; i < SHAPES.length; i++) {
            values[i] = Samples.gaussian(SHAPES[i], i);
        }
        double[][] expected = run(ReferenceDevice.INSTANCE, values);
        double[][] actual = run(device, values);
        assertThat(actual.length).isEqualTo(4);
        double largest = 0;
        for (int tensor = 0; tensor < expected.length; tensor++) {
            double scale = Arrays.stream(expected[tensor]).map(Math::abs).max().orElseThrow();
            for (int i = 0; i < expected[tensor].length; i++) {
                largest = Math.max(largest, Math.abs(actual[tensor][i] - expected[tensor][i]) / scale);
            }
        }
        return largest;
    }

    private static double[][] run(Device device, double[][] values) {
        return DeviceAgreement.run(device, CONVOLUTION, SHAPES, values, shape -> Samples.gaussian(shape, 9));
    }
}
