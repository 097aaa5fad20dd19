package dev.voxgrad.engine.op.conv3d;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.autograd.Op;
import dev.voxgrad.engine.autograd.Profiled;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.trace.OpCall;
import dev.voxgrad.engine.trace.Pass;
import dev.voxgrad.engine.trace.Work;

/**
 * Declares what ordinary and ACS convolutions have in common, and what fused operations have to know of them. The
 * inputs are input, weight and, if there is one, bias (O).
 */
public interface ConvolutionOp extends Op, Profiled {
    /** Returns all sizes, given shapes that have been checked. */
    Conv3dGeometry geometry(Shape input, Shape weight, Shape output);

    /** Returns a device's kernels for what {@link #geometry} returns. */
    Conv3dKernels kernels(Device device);

    /** Returns whether this convolution, with such a weight, can be part of a fused operation. */
    default boolean fusible(Shape weight) {
        return true;
    }

    @Override
    default String inputName(int index) {
        return switch (index) {
            case 0 -> "input";
            case 1 -> "weight";
            default -> "bias";
        };
    }

    @Override
    default Tensor forward(Context context, Tensor... inputs) {
        Tensor input = inputs[0];
        Tensor weight = inputs[1];
        Tensor bias = inputs.length > 2 ? inputs[2] : null;
        Tensor output = Tensor.emptyActivation(input.device(), context.outputShape());
        kernels(input.device())
                .forward(geometry(input.shape(), weight.shape(), output.shape()), input, weight, bias, output);
        context.save(input, weight);
        return output;
    }

    @Override
    default Tensor[] backward(Context context, Tensor gradOutput) {
        Tensor input = context.saved(0);
        Tensor weight = context.saved(1);
        Conv3dKernels kernels = kernels(input.device());
        Conv3dGeometry geometry = geometry(input.shape(), weight.shape(), gradOutput.shape());
        Tensor[] gradients = new Tensor[context.inputs()];
        if (context.needsGradient(0)) {
            gradients[0] = input.emptyLike();
            kernels.gradInput(geometry, gradOutput, weight, gradients[0]);
        }
        if (context.needsGradient(1)) {
            gradients[1] = weight.emptyLike();
            kernels.gradWeight(geometry, input, gradOutput, gradients[1]);
        }
        if (gradients.length > 2 && context.needsGradient(2)) {
            gradients[2] = Tensor.empty(input.device(), Shape.of(geometry.outputChannels()), weight.layout());
            kernels.gradBias(geometry, gradOutput, gradients[2]);
        }
        return gradients;
    }

    @Override
    default Work work(Device device, Pass pass, OpCall call) {
        Conv3dGeometry g = geometry(call.input(0), call.input(1), call.output());
        return Conv3dWork.of(device, g, pass, call);
    }
}
