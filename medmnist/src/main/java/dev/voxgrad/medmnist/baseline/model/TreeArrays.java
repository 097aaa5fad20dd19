package dev.voxgrad.medmnist.baseline.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Writes trees as arrays, one after the other, and reads them again, with everything checked that a walk relies on. */
final class TreeArrays {
    private static final int MOST_NODES = 1 << 24;

    private TreeArrays() {}

    static void write(ModelArrays.Writer out, List<Tree> trees) {
        out.integers(
                "nodes", trees.stream().mapToInt(tree -> tree.features().length).toArray());
        out.integers(
                "features",
                trees.stream()
                        .flatMapToInt(tree -> Arrays.stream(tree.features()))
                        .toArray());
        out.vector(
                "thresholds",
                trees.stream()
                        .flatMapToDouble(tree -> Arrays.stream(tree.thresholds()))
                        .toArray());
        out.integers(
                "left",
                trees.stream().flatMapToInt(tree -> Arrays.stream(tree.left())).toArray());
        out.matrix(
                "values",
                trees.stream().flatMap(tree -> Arrays.stream(tree.values())).toArray(double[][]::new));
    }

    /**
     * Reads trees.
     *
     * @param count number of trees
     * @param inputs number of features of a row
     * @param outputs number of values of a leaf
     */
    static List<Tree> read(ModelArrays arrays, int count, int inputs, int outputs) {
        int[] lengths = arrays.integers("nodes", count, 1, MOST_NODES);
        long sum = Arrays.stream(lengths).asLongStream().sum();
        arrays.require(sum <= MOST_NODES, "nodes", "counts " + sum + " nodes, more than any model has");
        int all = (int) sum;
        int[] features = arrays.integers("features", all, -1, inputs - 1);
        double[] thresholds = arrays.vector("thresholds", all);
        int[] left = arrays.integers("left", all, 0, all);
        double[][] values = arrays.matrix("values", all, outputs);
        List<Tree> trees = new ArrayList<>();
        int from = 0;
        for (int length : lengths) {
            int to = from + length;
            Tree tree = new Tree(
                    Arrays.copyOfRange(features, from, to),
                    Arrays.copyOfRange(thresholds, from, to),
                    Arrays.copyOfRange(left, from, to),
                    Arrays.copyOfRange(values, from, to));
            for (int node = 0; node < length; node++) {
                boolean isLeaf = tree.features()[node] < 0;
                boolean ends = tree.left()[node] > node && tree.left()[node] < length - 1;
                arrays.require(isLeaf || ends, "left", "has a node whose children do not come after it");
            }
            trees.add(tree);
            from = to;
        }
        return trees;
    }
}
