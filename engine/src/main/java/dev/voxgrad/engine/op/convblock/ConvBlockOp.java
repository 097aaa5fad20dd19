package dev.voxgrad.engine.op.convblock;

import java.util.Arrays;
import java.util.List;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.autograd.Op;
import dev.voxgrad.engine.op.batchnorm.BatchNormOp;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;
import dev.voxgrad.engine.op.conv3d.ConvolutionOp;
import dev.voxgrad.engine.op.pool3d.MaxPool3dOp;

/**
 * Fuses (convolution, batch norm, ReLU), one or more times, and perhaps a max pool of 2×2×2 at the end.
 *
 * <pre>
 * a₀ = x;   zᵢ = conv(aᵢ₋₁),   aᵢ = max(γᵢ·(zᵢ − μᵢ)·sᵢ + βᵢ, 0);   y = aₙ, or maxPool(aₙ)
 * </pre>
 *
 * <p>The definition is what these operations compute one by one ({@link Conv3dOp}, {@link BatchNormOp}, ...), which is
 * how {@link ConvBlockReference} computes it; the results agree up to rounding. Fused, they touch memory far less,
 * which is what bounds them: of each unit only the convolution's output zᵢ is written. Its statistics are summed up
 * while it is in cache; the next convolution normalises as it reads; and the backward pass computes dzᵢ from zᵢ and daᵢ
 * as the convolution's gradients read it, so that neither aᵢ nor dzᵢ is ever in memory. (Jung et al., "Restructuring
 * batch normalization to accelerate CNN training", arXiv 1807.01702, take batch norm apart in this way.)
 *
 * <p>The gradient of a convolution's bias is zero: batch norm subtracts whatever a bias adds. One by one, the
 * operations give rounding errors instead.
 *
 * <p>In inference, γ·s is multiplied into the weights and β − γ·s·μ added to the bias, and ReLU and pool are done
 * before a result leaves the cache.
 *
 * <p>Nets apply this operation by default: {@code nn.Chain} finds the layers that it can stand for, and a device's
 * {@linkplain dev.voxgrad.engine.device.Device#fusion() fusion} setting ({@code --no-fusion} on the command line)
 * decides whether they run fused. The convolutions inside never pass through {@link Conv3dOp#forward}.
 *
 * @param units the convolutions and what follows each of them
 * @param pool whether a max pool of 2×2×2 with stride 2 ends the block
 * @param training whether to normalise by the batch's own statistics; if not, no backward can follow
 */
public record ConvBlockOp(List<Unit> units, boolean pool, boolean training) implements Op {
    private static final String[] ROLES = {
        "convolution weight",
        "convolution bias",
        "batch norm weight",
        "batch norm bias",
        "running mean",
        "running variance"
    };
    static final MaxPool3dOp POOL = new MaxPool3dOp(Dims3.cube(2), Dims3.cube(2), Dims3.ZERO);

    /**
     * Describes one convolution with batch norm and ReLU.
     *
     * @param withBias whether the convolution has a bias
     * @param momentum how far batch norm's running statistics move towards those of a batch
     * @param eps added to the variance
     */
    public record Unit(ConvolutionOp convolution, boolean withBias, double momentum, double eps) {}

    public ConvBlockOp {
        units = List.copyOf(units);
    }

    /** Returns whether a max pool of these settings can end a block. */
    public static boolean fits(Dims3 kernel, Dims3 stride, Dims3 padding) {
        return new MaxPool3dOp(kernel, stride, padding).equals(POOL);
    }

    @Override
    public String name() {
        return "convBlock";
    }

    /**
     * Returns the shape of the result. The inputs are x; then for each unit the convolution's weight and, if it has
     * one, bias, and batch norm's weight, bias, running mean and running variance.
     */
    @Override
    public Shape outputShape(Shape... inputs) {
        Shape shape = inputs[0];
        for (int i = 0; i < units.size(); i++) {
            shape = unitShape(i, shape, inputs);
        }
        return pool ? POOL.outputShape(shape) : shape;
    }

    /** Returns the shape of unit {@code i}'s output, given the shape of its input and of the operation's inputs. */
    private Shape unitShape(int i, Shape shape, Shape... inputs) {
        Unit unit = units.get(i);
        int at = firstInput(i);
        Shape[] convolution = Arrays.copyOfRange(inputs, at - 1, unit.withBias ? at + 2 : at + 1);
        convolution[0] = shape;
        Shape output = unit.convolution.outputShape(convolution);
        int norm = unit.withBias ? at + 2 : at + 1;
        return new BatchNormOp(training, unit.momentum, unit.eps)
                .outputShape(output, inputs[norm], inputs[norm + 1], inputs[norm + 2], inputs[norm + 3]);
    }

    /** Returns the index of unit {@code i}'s first input. */
    public int firstInput(int i) {
        int at = 1;
        for (Unit unit : units.subList(0, i)) {
            at += unit.withBias ? 6 : 5;
        }
        return at;
    }

    @Override
    public String inputName(int index) {
        int i = units.size() - 1;
        while (i >= 0 && firstInput(i) > index) {
            i--;
        }
        if (i < 0) {
            return "input";
        }
        int role = index - firstInput(i) + (index > firstInput(i) && !units.get(i).withBias ? 1 : 0);
        return ROLES[role] + " of unit " + i;
    }

    @Override
    public Tensor forward(Context context, Tensor... inputs) {
        if (context.tracksGradients() && !training) {
            throw new IllegalStateException("convBlock: has no backward when it uses running statistics; run its "
                    + "operations one by one, or without gradients");
        }
        Tensor output = ConvBlockKernels.on(inputs[0].device()).forward(this, context, inputs);
        for (int i = 0; i < units.size() && training; i++) {
            UnitTensors unit = UnitTensors.of(this, i, inputs);
            unit.runningMean().written();
            unit.runningVariance().written();
        }
        return output;
    }

    @Override
    public Tensor[] backward(Context context, Tensor gradOutput) {
        return ConvBlockKernels.on(gradOutput.device()).backward(this, context, gradOutput);
    }

    /** Returns the shapes of all units' outputs. */
    public Shape[] unitShapes(Tensor... inputs) {
        Shape[] shapes = Arrays.stream(inputs).map(Tensor::shape).toArray(Shape[]::new);
        Shape[] outputs = new Shape[units.size()];
        Shape shape = shapes[0];
        for (int i = 0; i < outputs.length; i++) {
            shape = unitShape(i, shape, shapes);
            outputs[i] = shape;
        }
        return outputs;
    }
}
