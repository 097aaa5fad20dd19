package dev.voxgrad.engine.op.convblock;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.ShapeException;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.autograd.Op;
import dev.voxgrad.engine.op.batchnorm.BatchNormOp;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;
import dev.voxgrad.engine.op.conv3d.ConvolutionOp;
import dev.voxgrad.engine.op.pool3d.MaxPool3dOp;

/**
 * Fuses (convolution, batch norm, ReLU), one or more times, and perhaps a max pool of 2×2×2 at the end, or a whole
 * residual block, whose shortcut is added before the last ReLU.
 *
 * <pre>
 * a₀ = x;   zᵢ = conv(aᵢ₋₁),   norm(zᵢ) = γᵢ·(zᵢ − μᵢ)·sᵢ + βᵢ,   aᵢ = max(norm(zᵢ), 0)
 * y = aₙ,   or maxPool(aₙ),   or max(norm(zₙ) + x, 0),   or max(norm(zₙ) + norm(conv(x)), 0)
 * </pre>
 *
 * <p>The definition is what these operations compute one by one ({@link Conv3dOp}, {@link BatchNormOp}, ...), which is
 * how {@link ConvBlockReference} computes it; the results agree up to rounding. Fused, they touch memory far less,
 * which is what bounds them: of each unit only the convolution's output zᵢ is written. Its statistics are summed up
 * while it is in cache; the next convolution normalises as it reads; and the backward pass computes dzᵢ from zᵢ and daᵢ
 * as the convolution's gradients read it, so that neither aᵢ nor dzᵢ is ever in memory. (Jung et al., "Restructuring
 * batch normalization to accelerate CNN training", arXiv 1807.01702, take batch norm apart in this way.) A residual
 * block also saves y, which the next block saves as its x anyway: the gradient that passes the last ReLU, dy·[y > 0],
 * is computed wherever it is read, and the shortcut's gradient is added to dx while that leaves the cache.
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
 * @param units the convolutions and what follows each of them, at least one
 * @param ending what follows the last of them
 * @param training whether to normalise by the batch's own statistics; if not, no backward can follow
 */
public record ConvBlockOp(List<Unit> units, BlockEnding ending, boolean training) implements Op {
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
     * Describes one convolution with batch norm.
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
     * Returns the shape of the result. The inputs are x; then for each of {@link #allUnits} the convolution's weight
     * and, if it has one, bias, and batch norm's weight, bias, running mean and running variance.
     */
    @Override
    public Shape outputShape(Shape... inputs) {
        Shape[] shapes = unitShapes(inputs);
        Shape end = shapes[units.size() - 1];
        return switch (ending) {
            case BlockEnding.Rectified rectified -> end;
            case BlockEnding.Pooled pooled -> POOL.outputShape(end);
            case BlockEnding.Residual residual -> {
                Shape shortcut = residual.projection() == null ? inputs[0] : shapes[units.size()];
                ShapeException.requireEqual("residual block", "main path", end, "shortcut", shortcut);
                yield end;
            }
        };
    }

    /** Returns the units of the main path and then, if there is one, the projection of the shortcut. */
    public List<Unit> allUnits() {
        Unit projection = ending instanceof BlockEnding.Residual residual ? residual.projection() : null;
        return projection == null
                ? units
                : Stream.concat(units.stream(), Stream.of(projection)).toList();
    }

    /** Returns whether a max pool ends the block. */
    public boolean pooled() {
        return ending instanceof BlockEnding.Pooled;
    }

    /** Returns whether a shortcut is added at the end. */
    public boolean residual() {
        return ending instanceof BlockEnding.Residual;
    }

    /** Returns the shape of unit {@code i}'s output, given the shape of its input and of the operation's inputs. */
    private Shape unitShape(int i, Shape shape, Shape... inputs) {
        Unit unit = allUnits().get(i);
        int at = firstInput(i);
        Shape[] convolution = Arrays.copyOfRange(inputs, at - 1, unit.withBias ? at + 2 : at + 1);
        convolution[0] = shape;
        Shape output = unit.convolution.outputShape(convolution);
        int norm = unit.withBias ? at + 2 : at + 1;
        return new BatchNormOp(training, unit.momentum, unit.eps)
                .outputShape(output, inputs[norm], inputs[norm + 1], inputs[norm + 2], inputs[norm + 3]);
    }

    /** Returns the index of the first input of unit {@code i} of {@link #allUnits}. */
    public int firstInput(int i) {
        int at = 1;
        for (Unit unit : allUnits().subList(0, i)) {
            at += unit.withBias ? 6 : 5;
        }
        return at;
    }

    @Override
    public String inputName(int index) {
        List<Unit> all = allUnits();
        int i = all.size() - 1;
        while (i >= 0 && firstInput(i) > index) {
            i--;
        }
        if (i < 0) {
            return "input";
        }
        int role = index - firstInput(i) + (index > firstInput(i) && !all.get(i).withBias ? 1 : 0);
        return ROLES[role] + (i < units.size() ? " of unit " + i : " of the shortcut");
    }

    @Override
    public Tensor forward(Context context, Tensor... inputs) {
        if (context.tracksGradients() && !training) {
            throw new IllegalStateException("convBlock: has no backward when it uses running statistics; run its "
                    + "operations one by one, or without gradients");
        }
        Tensor output = ConvBlockKernels.on(inputs[0].device()).forward(this, context, inputs);
        for (int i = 0; i < allUnits().size() && training; i++) {
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

    /** Returns the shapes of the outputs of {@link #allUnits}. */
    public Shape[] unitShapes(Tensor... inputs) {
        return unitShapes(Arrays.stream(inputs).map(Tensor::shape).toArray(Shape[]::new));
    }

    private Shape[] unitShapes(Shape... inputs) {
        Shape[] outputs = new Shape[allUnits().size()];
        for (int i = 0; i < outputs.length; i++) {
            boolean first = i == 0 || i == units.size();
            outputs[i] = unitShape(i, first ? inputs[0] : outputs[i - 1], inputs);
        }
        return outputs;
    }
}
