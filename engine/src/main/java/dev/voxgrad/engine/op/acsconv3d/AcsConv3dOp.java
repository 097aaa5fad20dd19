package dev.voxgrad.engine.op.acsconv3d;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.ShapeException;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.op.conv3d.AcsEmbedding;
import dev.voxgrad.engine.op.conv3d.AcsSplit;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.Conv3dKernels;
import dev.voxgrad.engine.op.conv3d.ConvolutionOp;
import dev.voxgrad.engine.op.conv3d.ConvolutionShapes;

/**
 * Computes an ACS convolution (Yang et al., "Reinventing 2D Convolutions for 3D Images", IEEE JBHI 25(8), 2021): the
 * output channels of one 2D kernel are divided into an axial, a coronal and a sagittal view, and each view convolves
 * the planes of the volume that are perpendicular to its own axis.
 *
 * <pre>
 * input  (N,C,D,H,W), weight (O,C/groups,k,k), bias (O) or none  →  output (N,O,D',H',W')
 * D' = ⌊(D + 2·padding − dilation·(k−1) − 1) / stride⌋ + 1, and so for H', W'
 *
 * view       output channels   planes   weight[o,c,r,q] multiplies
 * axial      the first a       H×W      x[n, c, z(d), h(r), w(q)]
 * coronal    the next c        D×W      x[n, c, d(r), z(h), w(q)]
 * sagittal   the last s        D×H      x[n, c, d(r), h(q), z(w)]
 *
 * d(r) = d·stride − padding + r·dilation, and so h(r), h(q), w(q)
 * z(i) = i·stride                     if the view's own axis has n inputs and n' outputs with n' = n or 2·n' = n
 * z(i) = i·stride + ⌊k/2⌋ − padding   otherwise
 * </pre>
 *
 * <p>x is 0 outside its volume. The bias is added to the sum, one number for each output channel. With padding ⌊k/2⌋
 * and dilation 1, z(i) is i·stride in either case, and the result is equal to that of conv3d with a kernel of k×k×k
 * that is 0 but for the view's centre plane. Even k is allowed.
 *
 * <p>The gradient of the input is the sum of the three views' gradients, each of them added to the planes z(i) that
 * the view has read. That of the weight is, view by view, that of a 2D convolution of these planes.
 *
 * <p><b>Special cases.</b>
 * <ul>
 *   <li>Without a split, the views get ⌈O/3⌉, ⌈(O−1)/3⌉ and ⌈(O−2)/3⌉ channels. A view of 0 channels is left out.
 *   <li>With k = 1 the views do not differ: the result is that of a 1×1×1 convolution with the same settings.
 *   <li>Where n' = n or 2·n' = n holds by chance, so that some z(i) would be outside the volume although the padding
 *       is not ⌊k/2⌋ (for instance n = 4 with k = 3, padding 0 and stride 1), the authors' implementation fails, and
 *       the shape is refused here.
 *   <li>The only groups are those of a depthwise convolution, groups = C = O, and only where n' = n or 2·n' = n on all
 *       axes, as in the authors' implementation. Output channel o then sees input channel o alone.
 * </ul>
 *
 * @param stride step between output positions, on every axis
 * @param padding zeros before and after the volume, on every axis
 * @param dilation step between kernel elements, on both axes of a view's planes
 * @param groups 1, or for a depthwise convolution the number of channels
 * @param split the views' numbers of output channels, or null for thirds
 */
public record AcsConv3dOp(
        int stride,
        int padding,
        int dilation,
        int groups,
        @Nullable AcsSplit split) implements ConvolutionOp {
    private static final String[] AXES = {"D", "H", "W"};

    /** Returns a convolution with a kernel of that edge, padded by half of it, in one group and with equal views. */
    public static AcsConv3dOp same(int kernel, int stride) {
        return new AcsConv3dOp(stride, kernel / 2, 1, 1, null);
    }

    @Override
    public String name() {
        return "acsConv3d";
    }

    /** Returns the shape of the result. The inputs are input, weight and, if there is one, bias. */
    @Override
    public Shape outputShape(Shape... inputs) {
        Shape input = inputs[0];
        Shape weight = inputs[1];
        ShapeException.requireRank(name(), "input", input, 5, "(N,C,D,H,W)");
        ShapeException.requireRank(name(), "weight", weight, 4, "(O,C/groups,k,k)");
        ConvolutionShapes shapes = new ConvolutionShapes(name(), input, weight);
        shapes.requireSettings(Dims3.cube(stride), Dims3.cube(padding), Dims3.cube(dilation), groups);
        requireKernel(shapes);
        if (groups > 1 && (input.dim(1) != groups || weight.dim(0) != groups)) {
            throw shapes.misfit("with " + groups + " groups, input and output must have " + groups
                    + " channels each, but they have " + input.dim(1) + " and " + weight.dim(0));
        }
        shapes.requireChannels(groups);
        shapes.requireBias(inputs);
        shapes.requirePaddedSize(Dims3.cube(padding));
        requireDenseSize(shapes);
        int[] sizes = new int[3];
        for (int axis = 0; axis < 3; axis++) {
            sizes[axis] = shapes.outputSize(2 + axis, weight.dim(2), stride, padding, dilation);
            requirePlanes(shapes, axis, sizes[axis]);
        }
        return Shape.of(input.dim(0), weight.dim(0), sizes[0], sizes[1], sizes[2]);
    }

    private void requireKernel(ConvolutionShapes shapes) {
        Shape weight = shapes.weight();
        if (weight.dim(2) != weight.dim(3)) {
            throw shapes.misfit("weight has a kernel of " + weight.dim(2) + "x" + weight.dim(3)
                    + " (dims 2 and 3), expected a square");
        }
        if (split != null && split.channels() != weight.dim(0)) {
            throw shapes.misfit("the split " + split.a() + ", " + split.c() + ", " + split.s() + " has "
                    + split.channels() + " channels but weight has " + weight.dim(0) + " (dim 0)");
        }
    }

    /** Requires that the planes which the view along an axis reads are in the volume if their rule supposes it. */
    private void requirePlanes(ConvolutionShapes shapes, int axis, int output) {
        int n = shapes.input().dim(2 + axis);
        int kernel = shapes.weight().dim(2);
        boolean aligned = AcsEmbedding.isAligned(n, output);
        if (groups > 1 && !aligned) {
            throw shapes.misfit(
                    "a depthwise convolution needs as many output as input positions or half as many, but has " + output
                            + " for " + n + " along " + AXES[axis]);
        }
        boolean used = viewsOf(shapes.weight().dim(0)).count(axis) > 0 && kernel > 1;
        int planes = (n - 1) / stride + 1;
        if (used && aligned && planes != output) {
            throw shapes.misfit("the volume has " + planes + " planes at a distance of " + stride + " along "
                    + AXES[axis] + ", but stride, padding, dilation and kernel lead to " + output + "; pad by "
                    + kernel / 2 + ", or use another size");
        }
    }

    /** Requires that kernels can index the weight of the equal dense convolution by ints. */
    private void requireDenseSize(ConvolutionShapes shapes) {
        double edge = dilation * (shapes.weight().dim(2) - 1.0) + 1 + padding;
        if (edge * edge * edge * shapes.weight().dim(0) * shapes.weight().dim(1) > Integer.MAX_VALUE) {
            throw shapes.misfit("the weight of the equal convolution with kernels of three dimensions has more than "
                    + "2^31-1 values");
        }
    }

    /** Returns the views' numbers of output channels: those of the split, or thirds. */
    public AcsSplit viewsOf(int outputChannels) {
        return split == null ? AcsSplit.thirds(outputChannels) : split;
    }

    /** Returns whether the equal dense convolution has the same settings: padding ⌊k/2⌋, no dilation, one group. */
    @Override
    public boolean fusible(Shape weight) {
        return weight.dim(2) == 1 || (padding == weight.dim(2) / 2 && dilation == 1 && groups == 1);
    }

    @Override
    public Conv3dKernels kernels(Device device) {
        return AcsConv3dKernels.on(device);
    }

    /** Returns all sizes, given shapes that have been checked; with k = 1, those of a 1×1×1 convolution. */
    @Override
    public Conv3dGeometry geometry(Shape input, Shape weight, Shape output) {
        int k = weight.dim(2);
        return new Conv3dGeometry(
                input.dim(0),
                input.dim(1),
                output.dim(1),
                groups,
                input.spatial(),
                output.spatial(),
                Dims3.cube(k),
                Dims3.cube(stride),
                Dims3.cube(padding),
                k == 1 ? Dims3.ONE : Dims3.cube(dilation),
                k == 1 ? null : viewsOf(output.dim(1)));
    }
}
