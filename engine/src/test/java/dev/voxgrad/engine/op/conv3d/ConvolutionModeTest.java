package dev.voxgrad.engine.op.conv3d;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.device.Availability;
import dev.voxgrad.engine.device.ConvolutionMode;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Devices;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.engine.testing.DeviceAgreement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Tag("kernels")
class ConvolutionModeTest {
    /** Varies channels, volume, kernel and so on from the nets' one at a time: the choice by rule, and if forced. */
    @ParameterizedTest
    @CsvSource({
        "32, 32, 28, 3, 1, 1, 1, WINOGRAD, WINOGRAD",
        "16, 16,  4, 3, 1, 1, 1, WINOGRAD, WINOGRAD",
        " 1, 32, 28, 3, 1, 1, 1, FEW_CHANNELS, WINOGRAD",
        " 5, 32, 28, 3, 1, 1, 1, FEW_CHANNELS, WINOGRAD",
        " 6, 32, 28, 3, 1, 1, 1, DIRECT,   WINOGRAD",
        " 1, 32, 28, 3, 2, 1, 1, DIRECT,   DIRECT",
        "15, 32, 28, 3, 1, 1, 1, DIRECT,   WINOGRAD",
        "32, 15, 28, 3, 1, 1, 1, DIRECT,   WINOGRAD",
        "32, 32,  3, 3, 1, 1, 1, DIRECT,   WINOGRAD",
        "32, 32, 28, 1, 1, 1, 1, DIRECT,   DIRECT",
        "32, 32, 28, 5, 1, 1, 1, DIRECT,   DIRECT",
        "32, 32, 28, 3, 2, 1, 1, DIRECT,   DIRECT",
        "32, 32, 28, 3, 1, 2, 1, DIRECT,   DIRECT",
        "32, 32, 28, 3, 1, 1, 2, DIRECT,   DIRECT"
    })
    void choosesByTheRule(
            int in,
            int out,
            int edge,
            int kernel,
            int stride,
            int dilation,
            int groups,
            Conv3dAlgorithm auto,
            Conv3dAlgorithm forced) {
        Conv3dOp op = new Conv3dOp(Dims3.cube(stride), Dims3.ONE, Dims3.cube(dilation), groups);
        Shape x = Shape.of(2, in * groups, edge, edge, edge);
        Shape w = Shape.of(out * groups, in, kernel, kernel, kernel);
        Conv3dGeometry geometry = op.geometry(x, w, op.outputShape(x, w));
        assertThat(Conv3dAlgorithm.of(ConvolutionMode.AUTO, geometry)).isEqualTo(auto);
        assertThat(Conv3dAlgorithm.of(ConvolutionMode.WINOGRAD, geometry)).isEqualTo(forced);
        assertThat(Conv3dAlgorithm.of(ConvolutionMode.DIRECT, geometry))
                .isEqualTo(auto == Conv3dAlgorithm.FEW_CHANNELS ? auto : Conv3dAlgorithm.DIRECT);
    }

    /** Varies the settings of a pointwise convolution one at a time; a kernel of 1 with padding is not one. */
    @ParameterizedTest
    @CsvSource({
        "64, 256, 1, 0, 1, 1, POINTWISE",
        "16,   1, 1, 0, 1, 1, POINTWISE",
        "64, 256, 2, 0, 1, 1, POINTWISE",
        "64, 256, 1, 0, 2, 1, POINTWISE",
        " 3, 256, 2, 0, 1, 1, POINTWISE",
        "15, 256, 1, 0, 1, 1, FEW_CHANNELS",
        "64, 256, 1, 1, 1, 1, DIRECT",
        "64, 256, 1, 0, 1, 2, DIRECT"
    })
    void choosesPointwise(
            int in, int out, int stride, int padding, int dilation, int groups, Conv3dAlgorithm expected) {
        Conv3dOp op = new Conv3dOp(Dims3.cube(stride), Dims3.cube(padding), Dims3.cube(dilation), groups);
        Shape x = Shape.of(2, in * groups, 7, 7, 7);
        Shape w = Shape.of(out * groups, in, 1, 1, 1);
        Conv3dGeometry geometry = op.geometry(x, w, op.outputShape(x, w));
        assertThat(Conv3dAlgorithm.of(ConvolutionMode.AUTO, geometry)).isEqualTo(expected);
        assertThat(Conv3dAlgorithm.of(ConvolutionMode.WINOGRAD, geometry)).isEqualTo(expected);
        assertThat(Conv3dAlgorithm.of(ConvolutionMode.DIRECT, geometry))
                .isEqualTo(expected == Conv3dAlgorithm.FEW_CHANNELS ? expected : Conv3dAlgorithm.DIRECT);
    }

    /** Uses volumes down to one voxel and few channels, for which the rule would choose direct; and unusual padding. */
    @Test
    void forcedWinogradAgreesWithTheReference() {
        RandomStream random = new RandomStream(12, 0, 0, 0);
        int cases = 12;
        int compared = 0;
        try (CpuDevice cpu = new CpuDevice(2, ConvolutionMode.WINOGRAD, true)) {
            for (int i = 0; i < cases; i++) {
                Dims3 padding = new Dims3(1 + random.nextInt(3), 1 + random.nextInt(3), 1 + random.nextInt(3));
                Shape x = Shape.of(
                        1 + random.nextInt(3),
                        1 + random.nextInt(18),
                        1 + random.nextInt(4),
                        1 + random.nextInt(4),
                        1 + random.nextInt(4));
                Shape w = Shape.of(1 + random.nextInt(18), x.dim(1), 3, 3, 3);
                compared += check(cpu, new Conv3dOp(Dims3.ONE, padding, Dims3.ONE, 1), x, w, Conv3dAlgorithm.WINOGRAD);
            }
        }
        assertThat(compared).isEqualTo(4 * cases);
    }

    @Test
    void forcedWinogradFallsBack() {
        Shape x = Shape.of(2, 16, 6, 5, 7);
        try (CpuDevice cpu = new CpuDevice(2, ConvolutionMode.WINOGRAD, true)) {
            int compared = check(
                    cpu,
                    new Conv3dOp(Dims3.cube(2), Dims3.ONE, Dims3.ONE, 1),
                    x,
                    Shape.of(16, 16, 3, 3, 3),
                    Conv3dAlgorithm.DIRECT);
            compared += check(cpu, Conv3dOp.padded(0), x, Shape.of(16, 16, 1, 1, 1), Conv3dAlgorithm.POINTWISE);
            compared += check(
                    cpu,
                    new Conv3dOp(Dims3.ONE, Dims3.ONE, Dims3.ONE, 2),
                    x,
                    Shape.of(16, 8, 3, 3, 3),
                    Conv3dAlgorithm.DIRECT);
            assertThat(compared).isEqualTo(12);
        }
    }

    @Test
    void forcedDirectAgreesWithTheReference() {
        Shape x = Shape.of(2, 17, 6, 7, 8);
        Shape w = Shape.of(33, 17, 3, 3, 3);
        Conv3dOp op = Conv3dOp.padded(1);
        assertThat(Conv3dAlgorithm.of(ConvolutionMode.AUTO, op.geometry(x, w, op.outputShape(x, w))))
                .isEqualTo(Conv3dAlgorithm.WINOGRAD);
        try (CpuDevice cpu = new CpuDevice(2, ConvolutionMode.DIRECT, true)) {
            assertThat(check(cpu, op, x, w, Conv3dAlgorithm.DIRECT)).isEqualTo(4);
        }
    }

    private static int check(CpuDevice cpu, Conv3dOp op, Shape x, Shape w, Conv3dAlgorithm expected) {
        assertThat(Conv3dAlgorithm.of(cpu.convolution(), op.geometry(x, w, op.outputShape(x, w))))
                .isEqualTo(expected);
        int terms = Math.max(x.dim(0) * x.elementsFrom(2), Math.max(w.dim(0), w.dim(1)) * 27);
        return DeviceAgreement.check(cpu, terms, in -> in[0].conv3d(in[1], in[2], op), x, w, Shape.of(w.dim(0)));
    }

    @Test
    void isPartOfTheDevice() {
        try (CpuDevice cpu = new CpuDevice(1, ConvolutionMode.byFlag("direct"), true)) {
            assertThat(cpu.description()).endsWith("direct convolution");
        }
        assertThatThrownBy(() -> ConvolutionMode.byFlag("fft"))
                .hasMessage("convolution is 'fft'; expected auto, direct, winograd, winograd4");
        assertThat(Conv3dAlgorithm.rule(ConvolutionMode.AUTO))
                .contains("3x3x3", "channels >= 16", "edges >= 4", "1x1x1");
        Devices.Settings winograd =
                new Devices.Settings(0, ConvolutionMode.WINOGRAD, true, CudaDevice.Settings.DEFAULT);
        assertThat(Devices.find("reference", winograd))
                .isInstanceOfSatisfying(
                        Availability.Missing.class,
                        missing -> assertThat(missing.reason()).contains("reference", "winograd"));
    }
}
