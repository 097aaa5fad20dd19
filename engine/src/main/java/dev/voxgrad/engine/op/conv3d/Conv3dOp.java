package dev.voxgrad.engine.op.conv3d;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.ShapeException;
import dev.voxgrad.engine.device.Device;

/**
 * Computes a 3D convolution (in fact cross-correlation, as in every deep-learning library) that is equal to PyTorch's
 * {@code conv3d}.
 *
 * <pre>
 * input  (N,C,D,H,W), weight (O,C/groups,KD,KH,KW), bias (O) or none  →  output (N,O,D',H',W')
 * D' = ⌊(D + 2·padding − dilation·(KD−1) − 1) / stride⌋ + 1, and so for H', W'
 *
 * y[n,o,z]  = bias[o] + Σ over c, k of  w[o,c,k] · x[n, c, z·stride − padding + k·dilation]
 * dx[n,c,i] = Σ over o, k, z with z·stride − padding + k·dilation = i of  w[o,c,k] · dy[n,o,z]
 * dw[o,c,k] = Σ over n, z of  dy[n,o,z] · x[n, c, z·stride − padding + k·dilation]
 * db[o]     = Σ over n, z of  dy[n,o,z]
 * </pre>
 *
 * <p>Here z, k and i are triples, and x is 0 outside its volume. With g groups, output channels in group j see only the
 * input channels of group j.
 *
 * <p><b>Which code runs.</b> By default a net does not pass through this class where a convolution is followed by batch
 * norm and ReLU: {@code nn.Chain} runs these layers as one {@link dev.voxgrad.engine.op.convblock.ConvBlockOp}, whose
 * kernels call those of {@link Conv3dKernels} or, on the CPU, {@link dev.voxgrad.engine.op.conv3d.cpu.TiledConv3d}
 * directly. For a breakpoint in {@link #forward} to be hit by every convolution, switch fusion off: {@code --no-fusion}
 * on the command line, or {@code new CpuDevice(threads, mode, false)}. {@link Conv3dAlgorithm} says how the CPU
 * computes a convolution of given sizes, fused or not.
 */
public record Conv3dOp(Dims3 stride, Dims3 padding, Dims3 dilation, int groups) implements ConvolutionOp {
    /** Returns a convolution with the usual settings: stride 1, no dilation, one group. */
    public static Conv3dOp padded(int padding) {
        return new Conv3dOp(Dims3.ONE, Dims3.cube(padding), Dims3.ONE, 1);
    }

    @Override
    public String name() {
        return "conv3d";
    }

    /** Returns the shape of the result. The inputs are input, weight and, if there is one, bias. */
    @Override
    public Shape outputShape(Shape... inputs) {
        Shape input = inputs[0];
        Shape weight = inputs[1];
        ShapeException.requireRank(name(), "input", input, 5, "(N,C,D,H,W)");
        ShapeException.requireRank(name(), "weight", weight, 5, "(O,C/groups,KD,KH,KW)");
        ConvolutionShapes shapes = new ConvolutionShapes(name(), input, weight);
        shapes.requireSettings(stride, padding, dilation, groups);
        shapes.requireChannels(groups);
        if (weight.dim(0) % groups != 0) {
            throw shapes.misfit("weight has " + weight.dim(0) + " output channels (dim 0), expected a multiple of "
                    + groups + " groups");
        }
        shapes.requireBias(inputs);
        shapes.requirePaddedSize(padding);
        return Shape.of(
                input.dim(0),
                weight.dim(0),
                shapes.outputSize(2, weight.dim(2), stride.d(), padding.d(), dilation.d()),
                shapes.outputSize(3, weight.dim(3), stride.h(), padding.h(), dilation.h()),
                shapes.outputSize(4, weight.dim(4), stride.w(), padding.w(), dilation.w()));
    }

    @Override
    public Conv3dKernels kernels(Device device) {
        return Conv3dKernels.on(device);
    }

    @Override
    public Conv3dGeometry geometry(Shape input, Shape weight, Shape output) {
        return new Conv3dGeometry(
                input.dim(0),
                input.dim(1),
                output.dim(1),
                groups,
                input.spatial(),
                output.spatial(),
                weight.spatial(),
                stride,
                padding,
                dilation,
                null);
    }
}
