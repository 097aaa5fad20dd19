package dev.voxgrad.engine.op.convblock;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuStorage;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;

/** The parameters and running statistics of one unit of a {@link ConvBlockOp}; {@code bias} may be null. */
record UnitTensors(
        Conv3dOp convolution,
        Tensor weight,
        Tensor bias,
        Tensor normWeight,
        Tensor normBias,
        Tensor runningMean,
        Tensor runningVariance) {
    /** Picks them out of the operation's inputs. */
    static UnitTensors of(ConvBlockOp op, int unit, Tensor... inputs) {
        int at = op.firstInput(unit);
        boolean withBias = op.units().get(unit).withBias();
        int norm = withBias ? at + 2 : at + 1;
        return new UnitTensors(
                op.units().get(unit).convolution(),
                inputs[at],
                withBias ? inputs[at + 1] : null,
                inputs[norm],
                inputs[norm + 1],
                inputs[norm + 2],
                inputs[norm + 3]);
    }

    /** The convolution's sizes, for an input and an output of these shapes. */
    Conv3dGeometry geometry(Shape input, Shape output) {
        return convolution.geometry(input, weight.shape(), output);
    }

    float[] biasArray() {
        return bias == null ? null : CpuStorage.array(bias);
    }
}
