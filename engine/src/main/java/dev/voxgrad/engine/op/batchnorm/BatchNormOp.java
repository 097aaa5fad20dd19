package dev.voxgrad.engine.op.batchnorm;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.ShapeException;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.autograd.Op;
import dev.voxgrad.engine.autograd.Profiled;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.trace.OpCall;
import dev.voxgrad.engine.trace.Pass;
import dev.voxgrad.engine.trace.Work;

/**
 * Computes batch normalisation of each channel, with weight γ and bias β (Ioffe and Szegedy, ICML 2015).
 *
 * <pre>
 * x (N,C) or (N,C,D,H,W);  γ, β, running mean, running variance (C);  n = N·D·H·W values per channel
 *
 * training:   μ = Σx / n,   σ² = Σ(x − μ)² / n
 *             running mean     ← (1 − momentum)·running mean     + momentum·μ
 *             running variance ← (1 − momentum)·running variance + momentum·σ²·n/(n − 1)
 * otherwise:  μ, σ² are the running mean and variance
 *
 * x̂  = (x − μ)·s,  s = 1/√(σ² + eps)
 * y  = γ·x̂ + β
 *
 * dγ = Σ dy·x̂,  dβ = Σ dy
 * dx = γ·s·(dy − dβ/n − x̂·dγ/n)   in training: μ and σ² depend on x as well
 * dx = γ·s·dy                     otherwise
 * </pre>
 *
 * <p>Values may have any magnitude. A running variance beyond float32's range, which values from 1e19 on cause, becomes
 * infinite, as in PyTorch.
 *
 * <p>The running statistics are changed in place and have no gradient. The operation saves x, γ, μ and s. In evaluation
 * μ and s are copies, so that the gradient belongs to this forward pass even if the running statistics move before the
 * backward pass.
 *
 * @param training whether to normalise with the statistics of this batch, and to move the running ones
 * @param momentum how far the running statistics move towards those of the batch
 * @param eps added to the variance, so that a constant channel is not divided by zero
 */
public record BatchNormOp(boolean training, double momentum, double eps) implements Op, Profiled {
    private static final String[] PARAMETERS = {"input", "weight", "bias", "running mean", "running variance"};

    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException if the momentum is not in [0, 1], or eps is negative, NaN or infinite
     */
    public BatchNormOp {
        requireSettings(momentum, eps);
    }

    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException unless 0 ≤ momentum ≤ 1 and 0 ≤ eps &lt; ∞
     */
    public static void requireSettings(double momentum, double eps) {
        if (!(momentum >= 0 && momentum <= 1)) {
            throw new IllegalArgumentException("batchNorm: momentum is " + momentum + ", expected 0 to 1");
        }
        if (!(eps >= 0 && eps < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("batchNorm: eps is " + eps + ", expected at least 0 and finite");
        }
    }

    @Override
    public String name() {
        return "batchNorm";
    }

    @Override
    public Shape outputShape(Shape... inputs) {
        Shape input = inputs[0];
        if (input.rank() != 2 && input.rank() != 5) {
            throw ShapeException.of(
                    name(),
                    "input has " + input.rank() + " dimensions, expected 2 (N,C) or 5 (N,C,D,H,W)",
                    "input",
                    input);
        }
        for (int i = 1; i < inputs.length; i++) {
            ShapeException.requireRank(name(), PARAMETERS[i], inputs[i], 1, "(C)");
            if (inputs[i].dim(0) != input.dim(1)) {
                throw ShapeException.of(
                        name(),
                        "input has " + input.dim(1) + " channels (dim 1) but " + PARAMETERS[i] + " expects "
                                + inputs[i].dim(0),
                        "input",
                        input,
                        PARAMETERS[i],
                        inputs[i]);
            }
        }
        if (training && valuesPerChannel(input) == 1) {
            throw ShapeException.of(name(), "training needs more than one value per channel, found 1", "input", input);
        }
        return input;
    }

    @Override
    public String inputName(int index) {
        return PARAMETERS[index];
    }

    @Override
    public Tensor forward(Context context, Tensor... inputs) {
        Tensor input = inputs[0];
        Tensor weight = inputs[1];
        Tensor runningMean = inputs[3];
        Tensor runningVariance = inputs[4];
        BatchNormKernels kernels = BatchNormKernels.on(input.device());
        Tensor output = input.emptyLike();
        if (!training && !context.tracksGradients()) {
            kernels.predict(this, input, weight, inputs[2], runningMean, runningVariance, output);
            return output;
        }
        Tensor mean = runningMean.emptyLike();
        Tensor scale = runningMean.emptyLike();
        if (training) {
            kernels.train(this, input, weight, inputs[2], runningMean, runningVariance, mean, scale, output);
            runningMean.written();
            runningVariance.written();
        } else {
            kernels.runningStatistics(eps, runningMean, runningVariance, mean, scale);
            kernels.normalise(input, mean, scale, weight, inputs[2], output);
        }
        context.save(input, weight, mean, scale);
        mean.release();
        scale.release();
        return output;
    }

    @Override
    public Tensor[] backward(Context context, Tensor gradOutput) {
        Tensor input = context.saved(0);
        Tensor weight = context.saved(1);
        Tensor mean = context.saved(2);
        Tensor scale = context.saved(3);
        BatchNormKernels kernels = BatchNormKernels.on(input.device());
        Tensor gradWeight = weight.emptyLike();
        Tensor gradBias = weight.emptyLike();
        Tensor gradInput = context.needsGradient(0) ? input.emptyLike() : null;
        if (training) {
            kernels.trainBackward(this, input, weight, mean, scale, gradOutput, gradWeight, gradBias, gradInput);
        } else {
            kernels.backwardParameters(input, mean, scale, gradOutput, gradWeight, gradBias);
            if (gradInput != null) {
                kernels.backwardRunning(scale, weight, gradOutput, gradInput);
            }
        }
        return new Tensor[] {gradInput, gradWeight, gradBias, null, null};
    }

    /**
     * Counts what the passes read and write: the statistics read x; normalising reads x and writes y. dγ and dβ read x
     * and dy; dx reads dy and, in training, x.
     */
    @Override
    public Work work(Device device, Pass pass, OpCall call) {
        long x = call.input(0).elements();
        if (pass == Pass.FORWARD) {
            return Work.moving(training ? 3 * x : 2 * x);
        }
        long parameters = 2 * x;
        long input = training ? 3 * x : 2 * x;
        return Work.moving(call.needsGradient(0) ? parameters + input : parameters);
    }

    /** Returns the number of values of each channel, N·D·H·W. */
    static int valuesPerChannel(Shape input) {
        return input.elements() / input.dim(1);
    }
}
