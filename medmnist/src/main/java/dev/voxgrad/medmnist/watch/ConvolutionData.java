package dev.voxgrad.medmnist.watch;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Holds everything that the page of a convolution shows; the page contains it as JSON.
 *
 * @param shapes of input, weight and result
 * @param directFlop operations that the definition of the forward pass takes
 * @param rows one for each way to compute it; the first is the reference
 * @param missing why a GPU or a vector width is not among them
 * @param tiles Winograd's algorithm on one tile, for 2 and for 4 outputs along each axis
 * @param sources address that paths of source files are appended to; null for no links
 */
public record ConvolutionData(
        List<String> shapes,
        long directFlop,
        List<Row> rows,
        List<String> missing,
        List<TileData> tiles,
        List<SourceLine> lines,
        @Nullable String sources) {
    /**
     * Represents one way to compute the convolution.
     *
     * @param bits of a vector; 0 where that does not apply
     * @param milliseconds of the forward pass and the gradients of input and weight, median
     * @param errors of the result and the gradients of input and weight
     * @param sample the first values of a row in the middle of the result
     */
    public record Row(
            String device,
            String algorithm,
            String gradients,
            int bits,
            List<Double> milliseconds,
            List<Difference> errors,
            List<Double> sample) {}

    /**
     * Represents differences from the reference, relative to its largest magnitude.
     *
     * @param largest the largest of them
     * @param typical the root of their mean square
     */
    public record Difference(double largest, double typical) {}

    /**
     * Holds Winograd's algorithm on one tile of a 3×3×3 convolution, exactly.
     *
     * @param outputs along each axis, m
     * @param input Bᵀ, (m + 2)×(m + 2)
     * @param weight G, (m + 2)×3
     * @param output Aᵀ, m×(m + 2)
     * @param inputs the tile and its three transforms, along W, then H, then D; the last is V
     * @param weights the kernel and its three transforms; the last is U
     * @param outputsOf the products U ⊙ V and their three transforms, along D, then H, then W; the last is the result
     * @param direct the result by the definition, on the reference device
     * @param products numbers of products: of the definition, and of this algorithm
     */
    public record TileData(
            int outputs,
            List<List<String>> input,
            List<List<String>> weight,
            List<List<String>> output,
            List<Stage> inputs,
            List<Stage> weights,
            List<Stage> outputsOf,
            List<String> direct,
            List<Integer> products) {}

    /** Represents numbers in space, D×H×W in row-major order. */
    public record Stage(int d, int h, int w, List<String> values) {}
}
