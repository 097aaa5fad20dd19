package dev.voxgrad.medmnist.nets;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.nn.Conv3d;
import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.LeakyReLU;
import dev.voxgrad.nn.MaxPool3d;
import dev.voxgrad.nn.ReLU;
import dev.voxgrad.nn.Residual;
import dev.voxgrad.nn.Sequential;

/** Runs a net layer by layer, so that a test sees, or replaces, what convolutions and all that decides compute. */
abstract class LayerByLayer {
    /** Returns the gradient of the cross-entropy with respect to each parameter, in row-major order. */
    final Map<String, double[]> gradients(Layer net, Tensor volumes, int... labels) {
        SequencedMap<String, double[]> all = new LinkedHashMap<>();
        try (Scope _ = Scope.open()) {
            Gradients gradients = forward(net, volumes).crossEntropy(labels).backward();
            net.parameters()
                    .forEach((name, parameter) ->
                            all.put(name, gradients.of(parameter).toDoubleArray()));
        }
        return all;
    }

    private Tensor forward(Layer layer, Tensor x) {
        return switch (layer) {
            case Sequential sequential -> forward(sequential.children(), x);
            case Residual residual -> forward(residual, x);
            case Conv3d convolution -> convolve(convolution, x);
            case ReLU _ -> rectify(x, 0);
            case LeakyReLU leaky -> rectify(x, leaky.slope());
            case MaxPool3d pool -> pool(pool, x);
            default -> layer.forward(x);
        };
    }

    private Tensor forward(SequencedMap<String, ? extends Layer> layers, Tensor x) {
        Tensor current = x;
        for (Layer layer : layers.values()) {
            current = forward(layer, current);
        }
        return current;
    }

    private Tensor forward(Residual residual, Tensor x) {
        SequencedMap<String, Layer> main = new LinkedHashMap<>(residual.children());
        Layer shortcut = main.remove(Residual.SHORTCUT);
        Tensor skip = shortcut == null ? x : forward(shortcut, x);
        return rectify(forward(main, x).add(skip), 0);
    }

    /** Convolves. */
    Tensor convolve(Conv3d convolution, Tensor x) {
        return convolution.forward(x);
    }

    /** Multiplies what is not positive by a slope: 0 for ReLU. */
    abstract Tensor rectify(Tensor x, double slope);

    /** Returns the maximum of each window. */
    abstract Tensor pool(MaxPool3d pool, Tensor x);
}
