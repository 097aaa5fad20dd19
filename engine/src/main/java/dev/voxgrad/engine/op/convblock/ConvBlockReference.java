package dev.voxgrad.engine.op.convblock;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.op.activation.ReluKernels;
import dev.voxgrad.engine.op.batchnorm.BatchNormKernels;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.Conv3dKernels;
import dev.voxgrad.engine.op.conv3d.ConvolutionOp;
import dev.voxgrad.engine.op.elementwise.AddOp;
import dev.voxgrad.engine.op.pool3d.MaxPool3dKernels;

/**
 * {@link ConvBlockKernels} composed of the reference kernels of convolution, batch norm, ReLU, addition and max pool.
 */
final class ConvBlockReference implements ConvBlockKernels {
    /** Saved tensors of each unit: its input, weight, z, mean, scale and γ. The block's last activation follows. */
    private static final int SAVED = 6;

    private final ReferenceDevice device;
    private final BatchNormKernels norm;
    private final ReluKernels relu;
    private final MaxPool3dKernels pool;

    ConvBlockReference(ReferenceDevice device) {
        this.device = device;
        this.norm = BatchNormKernels.on(device);
        this.relu = ReluKernels.on(device);
        this.pool = MaxPool3dKernels.on(device);
    }

    @Override
    public Tensor forward(ConvBlockOp op, Context context, Tensor... inputs) {
        Shape[] shapes = op.unitShapes(inputs);
        int last = op.units().size() - 1;
        Tensor activation = inputs[0];
        Tensor[] rectified = new Tensor[last + 1];
        for (int i = 0; i <= last; i++) {
            Tensor normalised = normalised(op, context, i, activation, shapes[i], inputs);
            if (i == last && op.residual()) {
                addShortcut(op, context, normalised, shapes, inputs);
            }
            rectified[i] = normalised.emptyLike();
            relu.forward(normalised, rectified[i]);
            normalised.release();
            activation = rectified[i];
        }
        context.save(rectified);
        for (int i = 0; i < last; i++) {
            rectified[i].release();
        }
        if (!op.pooled()) {
            return activation;
        }
        Tensor pooled = Tensor.emptyActivation(device, context.outputShape());
        pool.forward(activation, ConvBlockOp.POOL, pooled);
        activation.release();
        return pooled;
    }

    /** Returns a unit's output before ReLU. */
    private Tensor normalised(ConvBlockOp op, Context context, int i, Tensor input, Shape shape, Tensor... inputs) {
        UnitTensors unit = UnitTensors.of(op, i, inputs);
        Tensor z = Tensor.emptyActivation(device, shape);
        Tensor mean = unit.runningMean().emptyLike();
        Tensor scale = unit.runningMean().emptyLike();
        Tensor normalised = z.emptyLike();
        unit.convolution()
                .kernels(device)
                .forward(unit.geometry(input.shape(), shape), input, unit.weight(), unit.bias(), z);
        statistics(op, i, unit, z, mean, scale);
        norm.normalise(z, mean, scale, unit.normWeight(), unit.normBias(), normalised);
        context.save(input, unit.weight(), z, mean, scale, unit.normWeight());
        for (Tensor done : new Tensor[] {z, mean, scale}) {
            done.release();
        }
        return normalised;
    }

    private void statistics(ConvBlockOp op, int i, UnitTensors unit, Tensor z, Tensor mean, Tensor scale) {
        ConvBlockOp.Unit settings = op.allUnits().get(i);
        if (op.training()) {
            norm.batchStatistics(
                    z, settings.momentum(), settings.eps(), unit.runningMean(), unit.runningVariance(), mean, scale);
        } else {
            norm.runningStatistics(settings.eps(), unit.runningMean(), unit.runningVariance(), mean, scale);
        }
    }

    private void addShortcut(ConvBlockOp op, Context context, Tensor normalised, Shape[] shapes, Tensor... inputs) {
        int projection = op.units().size();
        if (projection == shapes.length) {
            AddOp.addTo(normalised, inputs[0]);
            return;
        }
        Tensor shortcut = normalised(op, context, projection, inputs[0], shapes[projection], inputs);
        AddOp.addTo(normalised, shortcut);
        shortcut.release();
    }

    @Override
    public Tensor[] backward(ConvBlockOp op, Context context, Tensor gradOutput) {
        Tensor[] gradients = new Tensor[context.inputs()];
        int last = op.units().size() - 1;
        Tensor gradActivation = gradOutput;
        if (op.pooled()) {
            Tensor activation = rectified(op, context, last);
            gradActivation = activation.emptyLike();
            pool.backward(activation, null, ConvBlockOp.POOL, gradOutput, gradActivation);
        }
        @Nullable Tensor ofShortcut = null;
        for (int i = last; i >= 0; i--) {
            Tensor passed = gradActivation.emptyLike();
            relu.backward(rectified(op, context, i), gradActivation, passed);
            if (i == last && op.residual()) {
                boolean projected = op.allUnits().size() > op.units().size();
                ofShortcut = projected ? unitBackward(op, context, last + 1, passed, gradients) : passed;
            }
            gradActivation = unitBackward(op, context, i, passed, gradients);
        }
        if (ofShortcut != null) {
            AddOp.addTo(gradActivation, ofShortcut);
        }
        gradients[0] = gradActivation;
        return gradients;
    }

    private static Tensor rectified(ConvBlockOp op, Context context, int unit) {
        return context.saved(SAVED * op.allUnits().size() + unit);
    }

    /** Computes the gradients of one unit's parameters, and returns that of its input. */
    private Tensor unitBackward(ConvBlockOp op, Context context, int i, Tensor gradNormalised, Tensor[] gradients) {
        int at = SAVED * i;
        Tensor input = context.saved(at);
        Tensor weight = context.saved(at + 1);
        Tensor z = context.saved(at + 2);
        Tensor mean = context.saved(at + 3);
        Tensor scale = context.saved(at + 4);
        Tensor normWeight = context.saved(at + 5);
        Tensor gradNormWeight = normWeight.emptyLike();
        Tensor gradNormBias = normWeight.emptyLike();
        Tensor dz = z.emptyLike();
        norm.backwardParameters(z, mean, scale, gradNormalised, gradNormWeight, gradNormBias);
        norm.backwardTraining(z, mean, scale, normWeight, gradNormalised, gradNormWeight, gradNormBias, dz);
        ConvBlockOp.Unit unit = op.allUnits().get(i);
        ConvolutionOp settings = unit.convolution();
        Conv3dKernels convolution = settings.kernels(device);
        Conv3dGeometry geometry = settings.geometry(input.shape(), weight.shape(), z.shape());
        Tensor gradWeight = weight.emptyLike();
        convolution.gradWeight(geometry, input, dz, gradWeight);
        Tensor gradInput = input.emptyLike();
        convolution.gradInput(geometry, dz, weight, gradInput);
        int first = op.firstInput(i);
        gradients[first++] = gradWeight;
        if (unit.withBias()) {
            Tensor gradBias = normWeight.emptyLike();
            convolution.gradBias(geometry, dz, gradBias);
            gradients[first++] = gradBias;
        }
        gradients[first] = gradNormWeight;
        gradients[first + 1] = gradNormBias;
        return gradInput;
    }
}
