package dev.voxgrad.nn;

import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.random.RandomPurpose;
import dev.voxgrad.engine.random.RandomStream;

/**
 * Sets all parameters of a net to initial values, from the same distributions as PyTorch's defaults.
 *
 * <p>Each parameter draws from a stream of its own, which the seed and the parameter's position in
 * {@link Layer#parameters} identify: the values are the same on every device and in whatever order layers are visited.
 */
public final class Initialization {
    private final long seed;
    private final ConvolutionStart convolutions;
    private final Map<Tensor, Integer> indices = new IdentityHashMap<>();
    private final Map<Tensor, Boolean> done = new IdentityHashMap<>();

    private Initialization(Layer root, long seed, ConvolutionStart convolutions) {
        this.seed = seed;
        this.convolutions = convolutions;
        for (Tensor parameter : root.parameters().values()) {
            indices.putIfAbsent(parameter, indices.size());
        }
    }

    /**
     * Sets every parameter below {@code root}, and the statistics of its batch norms, to initial values.
     *
     * @throws IllegalStateException if a layer leaves one of its parameters unset
     */
    public static void apply(Layer root, long seed) {
        apply(root, seed, ConvolutionStart.DEFAULT);
    }

    /**
     * Does the same, with a choice of what the weights of all {@link Conv3d} layers start from.
     *
     * @throws IllegalStateException if a layer leaves one of its parameters unset
     */
    public static void apply(Layer root, long seed, ConvolutionStart convolutions) {
        Initialization start = new Initialization(root, seed, convolutions);
        Named.layers(root).forEach((path, layer) -> {
            layer.initialize(start);
            layer.ownParameters().forEach((name, parameter) -> {
                if (!start.done.containsKey(parameter)) {
                    throw new IllegalStateException(
                            "initialization: " + layer.getClass().getSimpleName() + " did not set its parameter "
                                    + Named.join(path, name) + " in initialize");
                }
            });
        });
    }

    /** Fills a parameter with draws from [−bound, bound); does nothing for null (a layer without bias). */
    public void uniform(@Nullable Tensor parameter, double bound) {
        if (parameter == null) {
            return;
        }
        RandomStream random = random(parameter);
        float[] values = new float[parameter.shape().elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.uniform(-bound, bound);
        }
        write(values, parameter);
    }

    private RandomStream random(Tensor parameter) {
        int index = Objects.requireNonNull(indices.get(parameter), "not a parameter of the net that is initialised");
        return new RandomStream(seed, 0, index, RandomPurpose.INITIALIZATION);
    }

    private void write(float[] values, Tensor parameter) {
        parameter.device().write(values, parameter.storage());
        done.put(parameter, true);
    }

    /** Fills a parameter with one value; does nothing for null. */
    public void constant(@Nullable Tensor parameter, double value) {
        if (parameter != null) {
            parameter.device().fill(parameter.storage(), value);
            done.put(parameter, true);
        }
    }

    /**
     * Fills weight and bias with PyTorch's default for linear and convolution layers: draws from U(±1/√fanIn), where
     * fanIn is the number of inputs of one output. For the weight this is He's uniform distribution with a = √5 (He et
     * al., "Delving deep into rectifiers", 2015).
     *
     * @param weight has the outputs in dimension 0, the inputs of one output in the others
     * @param bias the bias, or null if there is none
     */
    public void fanInUniform(Tensor weight, @Nullable Tensor bias) {
        double bound = 1 / Math.sqrt(weight.shape().elementsFrom(1));
        uniform(weight, bound);
        uniform(bias, bound);
    }

    /**
     * Fills weight and bias of a {@link Conv3d}: the weight by the net's {@link ConvolutionStart}, the bias as
     * {@link #fanInUniform} does.
     *
     * @param weight (O,C,kD,kH,kW)
     * @param bias the bias, or null if there is none
     */
    public void convolution(Tensor weight, @Nullable Tensor bias) {
        fanInUniform(weight, bias);
        if (convolutions == ConvolutionStart.I3D) {
            inflated(weight);
        }
    }

    /** Fills (O,C,kD,kH,kW) with a 2D kernel for each pair of channels, divided by kD and repeated in all planes. */
    private void inflated(Tensor weight) {
        RandomStream random = random(weight);
        Dims3 kernel = weight.shape().spatial();
        int plane = kernel.h() * kernel.w();
        double bound = 1 / Math.sqrt((double) weight.shape().dim(1) * plane);
        float[] values = new float[weight.shape().elements()];
        for (int first = 0; first < values.length; first += kernel.d() * plane) {
            for (int i = 0; i < plane; i++) {
                float value = (float) (random.uniform(-bound, bound) / kernel.d());
                for (int d = 0; d < kernel.d(); d++) {
                    values[first + d * plane + i] = value;
                }
            }
        }
        write(values, weight);
    }
}
