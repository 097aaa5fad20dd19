package dev.voxgrad.medmnist.watch;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Holds everything that the page of a step shows; the page contains it as JSON.
 *
 * @param nodes the tensors of the graph, in the order of {@code engine.graph.Graph}
 * @param frames what the slider moves through, in order
 */
public record StepData(
        Head head, double width, double height, List<Node> nodes, List<Route> routes, List<Frame> frames) {
    /** The kinds of frames, in the order in which they first occur. */
    public enum Phase {
        BATCH,
        FORWARD,
        BACKWARD,
        UPDATE,
        END
    }

    /**
     * Describes the step as a whole.
     *
     * @param loss of the batch before the update
     * @param lossAfter of the same batch after the update
     * @param milliseconds of the step, median
     * @param peakGflops measured peak of the machine; 0 if it was not measured
     * @param peakGigabytes measured memory bandwidth per second; 0 if it was not measured
     * @param repeats number of steps that were timed
     * @param sources address that paths of source files are appended to; null for no links
     */
    public record Head(
            String net,
            String data,
            boolean synthetic,
            String batch,
            String device,
            String optimizer,
            long seed,
            double loss,
            double lossAfter,
            double milliseconds,
            double peakGflops,
            double peakGigabytes,
            int repeats,
            long parameters,
            @Nullable String sources) {}

    /** Represents a tensor in the graph: what it is, and where its box is. */
    public record Node(
            int id,
            String kind,
            String name,
            String layer,
            String shape,
            double x,
            double y,
            double width,
            double height) {}

    /** Represents an edge: x and y of its points in turn. */
    public record Route(int from, int to, List<Double> points) {}

    /**
     * Represents one picture of the film.
     *
     * @param node id of the tensor that is in focus
     * @param formula what is computed, line by line
     * @param facts pairs of words and values
     * @param values the tensors that are shown
     * @param norms L2 norms of the parameter gradients that an operation's backward completes
     */
    public record Frame(
            Phase phase,
            int node,
            String title,
            String layer,
            List<String> formula,
            List<List<String>> facts,
            List<Values> values,
            List<Norm> norms,
            List<Kernel> kernels,
            @Nullable SourceLine source) {}

    /** Represents the L2 norm of a parameter's gradient. */
    public record Norm(int node, String name, double norm) {}

    /**
     * Represents a kernel's run.
     *
     * @param microseconds median over the timed steps
     * @param flop floating-point operations that it executes; 0 if memory decides
     * @param direct operations that the definition takes
     * @param bytes compulsory memory traffic
     */
    public record Kernel(String name, String algorithm, double microseconds, long flop, long direct, long bytes) {}
}
