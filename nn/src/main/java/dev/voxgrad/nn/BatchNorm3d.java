package dev.voxgrad.nn;

import java.util.SequencedMap;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.op.batchnorm.BatchNormOp;

/**
 * Normalises each channel of (N,C,D,H,W) (batch normalisation, Ioffe and Szegedy, 2015): in training by the batch's own
 * mean and variance, towards which it also moves the running ones; in evaluation by the running ones.
 */
public final class BatchNorm3d implements Layer {
    /** How far the running statistics move towards those of a batch, by default. */
    public static final double MOMENTUM = 0.1;
    /** What is added to the variance, by default. */
    public static final double EPS = 1e-5;

    private final double momentum;
    private final double eps;
    private final Tensor weight;
    private final Tensor bias;
    private final Tensor runningMean;
    private final Tensor runningVariance;
    private final Counter batchesTracked = new Counter();
    private boolean training = true;

    /** Creates a layer for that many channels, with PyTorch's default settings. */
    public BatchNorm3d(Device device, int channels) {
        this(device, channels, MOMENTUM, EPS);
    }

    /**
     * Creates a layer for that many channels.
     *
     * @throws IllegalArgumentException if the momentum is not in [0, 1], or eps is negative, NaN or infinite
     */
    public BatchNorm3d(Device device, int channels, double momentum, double eps) {
        BatchNormOp.requireSettings(momentum, eps);
        this.momentum = momentum;
        this.eps = eps;
        this.weight = Parameters.zeros(device, channels);
        this.bias = Parameters.zeros(device, channels);
        this.runningMean = Tensor.zeros(device, Shape.of(channels));
        this.runningVariance = Tensor.full(device, Shape.of(channels), 1);
    }

    @Override
    public Tensor forward(Tensor input) {
        Tensor output = input.batchNorm(weight, bias, runningMean, runningVariance, training, momentum, eps);
        if (training) {
            countBatch();
        }
        return output;
    }

    @Override
    public boolean keepsActivations() {
        return false;
    }

    /** Counts one more batch that has moved the running statistics. */
    void countBatch() {
        weight.device().hostEffect(batchesTracked::increment);
    }

    boolean isTraining() {
        return training;
    }

    double momentum() {
        return momentum;
    }

    /** Returns what is added to the variance. */
    public double eps() {
        return eps;
    }

    @Override
    public void training(boolean on) {
        training = on;
    }

    @Override
    public SequencedMap<String, Tensor> ownParameters() {
        return Named.of("weight", weight, "bias", bias);
    }

    @Override
    public SequencedMap<String, Tensor> ownBuffers() {
        return Named.of("running_mean", runningMean, "running_var", runningVariance);
    }

    @Override
    public SequencedMap<String, Counter> ownCounters() {
        return Named.of("num_batches_tracked", batchesTracked);
    }

    /** Sets scale 1, shift 0, and the running statistics to those before the first batch. */
    @Override
    public void initialize(Initialization start) {
        start.constant(weight, 1);
        start.constant(bias, 0);
        start.constant(runningMean, 0);
        start.constant(runningVariance, 1);
        batchesTracked.set(0);
    }

    @Override
    public String toString() {
        return "BatchNorm3d(" + weight.shape().dim(0) + ")";
    }
}
