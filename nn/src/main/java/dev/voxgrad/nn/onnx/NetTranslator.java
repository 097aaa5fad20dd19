package dev.voxgrad.nn.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.op.acsconv3d.AcsConv3dOp;
import dev.voxgrad.engine.op.conv3d.AcsSplit;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;
import dev.voxgrad.nn.AcsConv3d;
import dev.voxgrad.nn.AdaptiveAvgPool3d;
import dev.voxgrad.nn.BatchNorm3d;
import dev.voxgrad.nn.Conv3d;
import dev.voxgrad.nn.Flatten;
import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.LeakyReLU;
import dev.voxgrad.nn.Linear;
import dev.voxgrad.nn.MaxPool3d;
import dev.voxgrad.nn.ReLU;
import dev.voxgrad.nn.Residual;
import dev.voxgrad.nn.Sequential;
import dev.voxgrad.nn.Softmax;

/**
 * Adds the nodes of a net, in evaluation mode, to a graph. Constants and nodes have the names of the state dict and of
 * its layers, after a prefix.
 *
 * <p>An ACS convolution becomes three convolutions of flat kernels, whose outputs are concatenated.
 */
final class NetTranslator {
    private final OnnxGraph graph;
    private final String prefix;

    /** Creates a translator to a graph; {@code prefix} precedes all names. */
    NetTranslator(OnnxGraph graph, String prefix) {
        this.graph = graph;
        this.prefix = prefix;
    }

    /**
     * Adds the nodes of a net, and returns the name of its output.
     *
     * @throws IllegalArgumentException if the net has a layer that cannot be translated; the message names it
     */
    String translate(Layer net, String input) {
        return translate(prefix, net, input);
    }

    /** Adds a layer's nodes, and returns the name of its output. */
    private String translate(String name, Layer layer, String input) {
        return switch (layer) {
            case Sequential sequential -> chain(name, sequential, input);
            case Residual residual -> residual(name, residual, input);
            case Conv3d convolution -> convolution(name, convolution, input);
            case AcsConv3d convolution -> acsConvolution(name, convolution, input);
            case BatchNorm3d norm -> batchNorm(name, norm, input);
            case Linear linear -> linear(name, linear, input);
            case ReLU _ -> graph.node("Relu", name, List.of(input));
            case LeakyReLU relu ->
                graph.node("LeakyRelu", name, List.of(input), OnnxGraph.attribute("alpha", relu.slope()));
            case MaxPool3d pool ->
                graph.node(
                        "MaxPool",
                        name,
                        List.of(input),
                        OnnxGraph.attribute("kernel_shape", pool.kernel()),
                        OnnxGraph.attribute("strides", pool.stride()),
                        OnnxGraph.attribute("pads", pool.padding(), pool.padding()));
            case AdaptiveAvgPool3d pool
            when pool.output().equals(Dims3.ONE) -> graph.node("GlobalAveragePool", name, List.of(input));
            case Flatten _ -> graph.node("Flatten", name, List.of(input), OnnxGraph.attribute("axis", 1));
            case Softmax _ -> graph.node("Softmax", name, List.of(input), OnnxGraph.attribute("axis", 1));
            default -> throw new IllegalArgumentException("onnx: layer " + name + " cannot be translated: " + layer);
        };
    }

    private String chain(String name, Sequential layers, String input) {
        String value = input;
        for (var entry : layers.children().entrySet()) {
            value = translate(OnnxGraph.child(name, entry.getKey()), entry.getValue(), value);
        }
        return value;
    }

    private String residual(String name, Residual block, String input) {
        String main = input;
        String shortcut = input;
        for (var entry : block.children().entrySet()) {
            String part = OnnxGraph.child(name, entry.getKey());
            if (entry.getKey().equals(Residual.SHORTCUT)) {
                shortcut = translate(part, entry.getValue(), input);
            } else {
                main = translate(part, entry.getValue(), main);
            }
        }
        String sum = graph.node("Add", OnnxGraph.child(name, "add"), List.of(main, shortcut));
        return graph.node("Relu", OnnxGraph.child(name, "out"), List.of(sum));
    }

    private String constant(String name, Tensor values) {
        return graph.constant(name, values.shape(), values.toArray());
    }

    private List<String> weights(String name, String input, Tensor weight, @Nullable Tensor bias) {
        List<String> inputs = new ArrayList<>(List.of(input, constant(OnnxGraph.child(name, "weight"), weight)));
        if (bias != null) {
            inputs.add(constant(OnnxGraph.child(name, "bias"), bias));
        }
        return inputs;
    }

    private String convolution(String name, Conv3d convolution, String input) {
        Conv3dOp op = convolution.op();
        Shape shape = convolution.weight().shape();
        return convolution(
                name,
                weights(name, input, convolution.weight(), convolution.bias()),
                new Dims3(shape.dim(2), shape.dim(3), shape.dim(4)),
                op);
    }

    private String convolution(String name, List<String> inputs, Dims3 kernel, Conv3dOp op) {
        return graph.node(
                "Conv",
                name,
                inputs,
                OnnxGraph.attribute("kernel_shape", kernel),
                OnnxGraph.attribute("strides", op.stride()),
                OnnxGraph.attribute("pads", op.padding(), op.padding()),
                OnnxGraph.attribute("dilations", op.dilation()),
                OnnxGraph.attribute("group", op.groups()));
    }

    private String acsConvolution(String name, AcsConv3d convolution, String input) {
        AcsConv3dOp op = convolution.op();
        Shape shape = convolution.weight().shape();
        int kernel = shape.dim(2);
        if (op.padding() != kernel / 2 || op.dilation() != 1 || op.groups() != 1) {
            throw new IllegalArgumentException("onnx: layer " + name
                    + " cannot be translated: an ACS convolution with other settings than padding k/2, dilation 1 and "
                    + "one group");
        }
        AcsSplit split = op.viewsOf(shape.dim(0));
        float[] weight = convolution.weight().toArray();
        float[] bias = convolution.bias() == null ? null : convolution.bias().toArray();
        int size = shape.elementsFrom(1);
        List<String> views = new ArrayList<>();
        for (int view = 0; view < 3; view++) {
            int first = split.first(view);
            int count = split.count(view);
            if (count == 0) {
                continue;
            }
            String part = OnnxGraph.child(name, "acs".substring(view, view + 1));
            Dims3 flat = flat(view, kernel);
            List<String> inputs = new ArrayList<>(List.of(
                    input,
                    graph.constant(
                            OnnxGraph.child(part, "weight"),
                            Shape.of(count, shape.dim(1), flat.d(), flat.h(), flat.w()),
                            Arrays.copyOfRange(weight, first * size, (first + count) * size))));
            if (bias != null) {
                inputs.add(graph.constant(
                        OnnxGraph.child(part, "bias"),
                        Shape.of(count),
                        Arrays.copyOfRange(bias, first, first + count)));
            }
            Dims3 padding = new Dims3(flat.d() / 2, flat.h() / 2, flat.w() / 2);
            views.add(convolution(part, inputs, flat, new Conv3dOp(Dims3.cube(op.stride()), padding, Dims3.ONE, 1)));
        }
        return graph.node("Concat", name, views, OnnxGraph.attribute("axis", 1));
    }

    /** Returns the kernel of a view: flat along D, H or W. */
    private static Dims3 flat(int view, int kernel) {
        return switch (view) {
            case 0 -> new Dims3(1, kernel, kernel);
            case 1 -> new Dims3(kernel, 1, kernel);
            default -> new Dims3(kernel, kernel, 1);
        };
    }

    private String batchNorm(String name, BatchNorm3d norm, String input) {
        List<String> inputs = new ArrayList<>(List.of(input));
        norm.ownParameters().forEach((key, values) -> inputs.add(constant(OnnxGraph.child(name, key), values)));
        norm.ownBuffers().forEach((key, values) -> inputs.add(constant(OnnxGraph.child(name, key), values)));
        return graph.node("BatchNormalization", name, inputs, OnnxGraph.attribute("epsilon", norm.eps()));
    }

    private String linear(String name, Linear linear, String input) {
        return graph.node(
                "Gemm", name, weights(name, input, linear.weight(), linear.bias()), OnnxGraph.attribute("transB", 1));
    }
}
