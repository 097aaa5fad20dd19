package dev.voxgrad.engine.op.layout;

import dev.voxgrad.engine.Layout;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.ShapeException;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.autograd.Op;

/**
 * Converts a (N,C,D,H,W) tensor to another order in memory; shape and values stay the same.
 *
 * <p>Each sample is a matrix with C rows and D·H·W columns: row-major in one layout, and transposed in the other. The
 * gradient is converted back.
 *
 * @param target the layout of the result; the input has the other one
 */
public record LayoutOp(Layout target) implements Op {
    @Override
    public String name() {
        return "layout";
    }

    @Override
    public Shape outputShape(Shape... inputs) {
        ShapeException.requireRank(name(), "input", inputs[0], 5, "(N,C,D,H,W)");
        return inputs[0];
    }

    @Override
    public Tensor forward(Context context, Tensor... inputs) {
        return convert(inputs[0], target);
    }

    @Override
    public Tensor[] backward(Context context, Tensor gradOutput) {
        Layout before = target == Layout.ROW_MAJOR ? Layout.CHANNELS_LAST : Layout.ROW_MAJOR;
        return new Tensor[] {convert(gradOutput, before)};
    }

    private static Tensor convert(Tensor input, Layout target) {
        Tensor output = target == Layout.CHANNELS_LAST && input.device().activationLayout() == target
                ? Tensor.emptyActivation(input.device(), input.shape())
                : Tensor.empty(input.device(), input.shape(), target);
        int samples = input.shape().dim(0);
        int channels = input.shape().dim(1);
        int voxels = input.shape().elementsFrom(2);
        LayoutKernels kernels = LayoutKernels.on(input.device());
        if (target == Layout.CHANNELS_LAST) {
            kernels.transpose(samples, channels, voxels, input, output);
        } else {
            kernels.transpose(samples, voxels, channels, input, output);
        }
        return output;
    }
}
