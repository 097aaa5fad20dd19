package dev.voxgrad.nn.onnx;

import java.util.Collections;
import java.util.List;

import dev.voxgrad.engine.Shape;

/**
 * Defines what a model does to its input before its nets take it, in this order.
 *
 * @param low the value that becomes 0; smaller ones do, too
 * @param high the value that becomes 1; larger ones do, too. The window from 0 to 1 leaves all values as they are
 * @param factor by which every value is then multiplied
 * @param zNormalize whether each volume is then z-normalised, over all its voxels and channels
 * @param copies how many times its channels are repeated at the end
 */
public record OnnxInput(double low, double high, double factor, boolean zNormalize, int copies) {
    /** Leaves an input that is prepared already as it is. */
    public static final OnnxInput PREPARED = new OnnxInput(0, 1, 1, false, 1);

    /**
     * Bounds the deviation from below, so that a blank volume becomes zeros instead of NaN. The deviation of any other
     * volume of 256 grey values is larger: a single voxel of 256³ that differs by 1/255 leads to 9.6e-7.
     */
    private static final double LEAST_DEVIATION = 9e-7;

    /** Adds the nodes, and returns the name of their output. */
    String translate(OnnxGraph graph, String input, Shape volume) {
        String value = low == 0 && high == 1 ? input : windowed(graph, input);
        if (factor != 1) {
            value = graph.scaled("Mul", "input.multiplied", value, factor);
        }
        if (zNormalize) {
            value = zNormalized(graph, value, volume.elements());
        }
        return copies == 1
                ? value
                : graph.node(
                        "Concat", "input.copied", Collections.nCopies(copies, value), OnnxGraph.attribute("axis", 1));
    }

    /** Adds {@code clip((x − low) / (high − low), 0, 1)}. */
    private String windowed(OnnxGraph graph, String input) {
        String shifted = low == 0 ? input : graph.scaled("Sub", "input.shifted", input, low);
        String scaled = graph.scaled("Div", "input.scaled", shifted, high - low);
        String least = graph.constant("input.least", Shape.of(), 0);
        String greatest = graph.constant("input.greatest", Shape.of(), 1);
        return graph.node("Clip", "input.clipped", List.of(scaled, least, greatest));
    }

    /** Adds {@code (x − mean) / deviation}, with count − 1 in the deviation, as PyTorch's {@code std} has it. */
    private static String zNormalized(OnnxGraph graph, String input, int count) {
        String mean = mean(graph, "input.mean", input);
        String centred = graph.node("Sub", "input.centred", List.of(input, mean));
        String squares = graph.node("Mul", "input.squares", List.of(centred, centred));
        String biased = mean(graph, "input.variance", squares);
        String variance = graph.scaled("Mul", "input.unbiased", biased, count / (count - 1.0));
        String deviation = graph.node("Sqrt", "input.deviation", List.of(variance));
        String bounded = graph.scaled("Max", "input.bounded", deviation, LEAST_DEVIATION);
        return graph.node("Div", "input.normalised", List.of(centred, bounded));
    }

    /**
     * Adds the mean over a volume, axis by axis. ONNX runtimes add up in float32: of all voxels in one sum of 28³, ONNX
     * Runtime's mean is wrong by 1e-5, which batch norm then amplifies; in sums of 28, it is exact to a few units in
     * the last place.
     */
    private static String mean(OnnxGraph graph, String name, String input) {
        String mean = input;
        for (int axis = 4; axis > 0; axis--) {
            mean = graph.node(
                    "ReduceMean",
                    axis == 1 ? name : name + ".axis" + axis,
                    List.of(mean),
                    OnnxGraph.attribute("axes", new int[] {axis}),
                    OnnxGraph.attribute("keepdims", 1));
        }
        return mean;
    }

    /** Describes the input that the model takes. */
    @Override
    public String toString() {
        return equals(PREPARED) ? "volumes prepared as for training" : "values as stored, from " + low + " to " + high;
    }
}
