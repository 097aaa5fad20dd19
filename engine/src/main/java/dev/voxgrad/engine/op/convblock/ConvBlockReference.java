package dev.voxgrad.engine.op.convblock;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.op.activation.ReluKernels;
import dev.voxgrad.engine.op.batchnorm.BatchNormKernels;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.Conv3dKernels;
import dev.voxgrad.engine.op.conv3d.ConvolutionOp;
import dev.voxgrad.engine.op.pool3d.MaxPool3dKernels;

/** {@link ConvBlockKernels} composed of the reference kernels of convolution, batch norm, ReLU and max pool. */
final class ConvBlockReference implements ConvBlockKernels {
    /** Saved tensors of each unit, after x: weight, z, mean, scale, γ and the activation. */
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
        context.save(inputs[0]);
        Tensor activation = inputs[0];
        for (int i = 0; i < shapes.length; i++) {
            UnitTensors unit = UnitTensors.of(op, i, inputs);
            Tensor z = Tensor.emptyActivation(device, shapes[i]);
            Tensor mean = unit.runningMean().emptyLike();
            Tensor scale = unit.runningMean().emptyLike();
            Tensor normalised = z.emptyLike();
            Tensor rectified = z.emptyLike();
            unit.convolution()
                    .kernels(device)
                    .forward(unit.geometry(activation.shape(), shapes[i]), activation, unit.weight(), unit.bias(), z);
            statistics(op, i, unit, z, mean, scale);
            norm.normalise(z, mean, scale, unit.normWeight(), unit.normBias(), normalised);
            relu.forward(normalised, rectified);
            context.save(unit.weight(), z, mean, scale, unit.normWeight(), rectified);
            for (Tensor done : new Tensor[] {z, mean, scale, normalised}) {
                done.release();
            }
            if (i > 0) {
                activation.release();
            }
            activation = rectified;
        }
        if (!op.pool()) {
            return activation;
        }
        Tensor pooled = Tensor.emptyActivation(device, context.outputShape());
        pool.forward(activation, ConvBlockOp.POOL, pooled);
        activation.release();
        return pooled;
    }

    private void statistics(ConvBlockOp op, int i, UnitTensors unit, Tensor z, Tensor mean, Tensor scale) {
        ConvBlockOp.Unit settings = op.units().get(i);
        if (op.training()) {
            norm.batchStatistics(
                    z, settings.momentum(), settings.eps(), unit.runningMean(), unit.runningVariance(), mean, scale);
        } else {
            norm.runningStatistics(settings.eps(), unit.runningMean(), unit.runningVariance(), mean, scale);
        }
    }

    @Override
    public Tensor[] backward(ConvBlockOp op, Context context, Tensor gradOutput) {
        Tensor[] gradients = new Tensor[context.inputs()];
        Tensor gradActivation = gradOutput;
        int last = op.units().size() - 1;
        if (op.pool()) {
            Tensor activation = context.saved(SAVED * (last + 1));
            gradActivation = activation.emptyLike();
            pool.backward(activation, null, ConvBlockOp.POOL, gradOutput, gradActivation);
        }
        for (int i = last; i >= 0; i--) {
            gradActivation = unitBackward(op, context, i, gradActivation, gradients);
        }
        gradients[0] = gradActivation;
        return gradients;
    }

    /** Computes the gradients of one unit's parameters, and returns that of its input. */
    private Tensor unitBackward(ConvBlockOp op, Context context, int i, Tensor gradActivation, Tensor[] gradients) {
        int at = 1 + SAVED * i;
        Tensor input = context.saved(at - 1);
        Tensor weight = context.saved(at);
        Tensor z = context.saved(at + 1);
        Tensor mean = context.saved(at + 2);
        Tensor scale = context.saved(at + 3);
        Tensor normWeight = context.saved(at + 4);
        Tensor gradNormalised = z.emptyLike();
        relu.backward(context.saved(at + 5), gradActivation, gradNormalised);
        Tensor gradNormWeight = normWeight.emptyLike();
        Tensor gradNormBias = normWeight.emptyLike();
        Tensor dz = z.emptyLike();
        norm.backwardParameters(z, mean, scale, gradNormalised, gradNormWeight, gradNormBias);
        norm.backwardTraining(z, mean, scale, normWeight, gradNormalised, gradNormWeight, gradNormBias, dz);
        ConvolutionOp settings = op.units().get(i).convolution();
        Conv3dKernels convolution = settings.kernels(device);
        Conv3dGeometry geometry = settings.geometry(input.shape(), weight.shape(), z.shape());
        Tensor gradWeight = weight.emptyLike();
        convolution.gradWeight(geometry, input, dz, gradWeight);
        Tensor gradInput = input.emptyLike();
        convolution.gradInput(geometry, dz, weight, gradInput);
        int first = op.firstInput(i);
        gradients[first++] = gradWeight;
        if (op.units().get(i).withBias()) {
            Tensor gradBias = normWeight.emptyLike();
            convolution.gradBias(geometry, dz, gradBias);
            gradients[first++] = gradBias;
        }
        gradients[first] = gradNormWeight;
        gradients[first + 1] = gradNormBias;
        return gradInput;
    }
}
