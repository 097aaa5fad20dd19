package dev.voxgrad.engine.op.convblock;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.ConvolutionOp;

/**
 * Names the parameters and running statistics of one unit of a {@link ConvBlockOp}.
 *
 * @param bias the convolution's bias, or null if it has none
 */
public record UnitTensors(
        ConvolutionOp convolution,
        Tensor weight,
        @Nullable Tensor bias,
        Tensor normWeight,
        Tensor normBias,
        Tensor runningMean,
        Tensor runningVariance) {
    /** Picks the tensors of one of {@link ConvBlockOp#allUnits} out of the operation's inputs. */
    public static UnitTensors of(ConvBlockOp op, int unit, Tensor... inputs) {
        int at = op.firstInput(unit);
        ConvBlockOp.Unit settings = op.allUnits().get(unit);
        boolean withBias = settings.withBias();
        int norm = withBias ? at + 2 : at + 1;
        return new UnitTensors(
                settings.convolution(),
                inputs[at],
                withBias ? inputs[at + 1] : null,
                inputs[norm],
                inputs[norm + 1],
                inputs[norm + 2],
                inputs[norm + 3]);
    }

    /** Returns the convolution's sizes for an input and an output of these shapes. */
    public Conv3dGeometry geometry(Shape input, Shape output) {
        return convolution.geometry(input, weight.shape(), output);
    }
}
