package dev.voxgrad.engine.op.conv3d.cuda;

import java.util.List;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.cuda.CudaException;
import dev.voxgrad.engine.cuda.cudnn.ConvolutionPass;
import dev.voxgrad.engine.cuda.cudnn.ConvolutionShape;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.cuda.Precision;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;
import dev.voxgrad.engine.testing.Samples;
import dev.voxgrad.engine.testing.TestGpu;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Checks that a wrong convolution is found before a user trains with it. */
class Conv3dSelfCheckTest {
    private static final Shape INPUT = Shape.of(2, 3, 5, 4, 6);
    private static final Shape WEIGHT = Shape.of(4, 3, 3, 3, 3);
    private static final ConvolutionShape SHAPE = new ConvolutionShape(
            List.of(2, 3, 5, 4, 6),
            List.of(4, 3, 3, 3, 3),
            List.of(2, 4, 5, 4, 6),
            List.of(1, 1, 1),
            List.of(1, 1, 1),
            List.of(1, 1, 1),
            1,
            true,
            true);

    @ParameterizedTest
    @EnumSource(names = {"TF32", "BF16"})
    void acceptsRightAndRefusesWrongResults(Precision precision) {
        try (CudaDevice device = TestGpu.open(precision)) {
            Tensor x = Tensor.of(device, INPUT, Samples.gaussian(INPUT, 1)).inLayout(precision.layout());
            Tensor w = Tensor.of(device, WEIGHT, Samples.gaussian(WEIGHT, 2));
            Tensor y = x.conv3d(w, null, Conv3dOp.padded(1));
            Conv3dSelfCheck selfCheck = new Conv3dSelfCheck(device);
            selfCheck.check(ConvolutionPass.FORWARD, SHAPE, x, w, y);
            Tensor dy = y.scale(0.5);
            assertThatThrownBy(() -> selfCheck.check(ConvolutionPass.FORWARD, SHAPE, x, w, dy))
                    .isInstanceOf(CudaException.class)
                    .hasMessageContaining("computes a wrong 3D convolution in " + precision.flag())
                    .hasMessageContaining("forward of input [2, 3, 5, 4, 6]")
                    .hasMessageContaining("off by 0.50 ")
                    .hasMessageContaining("--precision fp32");
            Tensor wrong = Tensor.of(device, INPUT, Samples.gaussian(INPUT, 3)).inLayout(precision.layout());
            assertThatThrownBy(() -> selfCheck.check(ConvolutionPass.GRAD_INPUT, SHAPE, w, y, wrong))
                    .hasMessageContaining("input gradient");
            assertThatThrownBy(() -> selfCheck.check(ConvolutionPass.GRAD_WEIGHT, SHAPE, x, y, w))
                    .hasMessageContaining("weight gradient");
            Tensor nothing = x.scale(0);
            selfCheck.check(ConvolutionPass.FORWARD, SHAPE, nothing, w, nothing.conv3d(w, null, Conv3dOp.padded(1)));
        }
    }
}
