package dev.voxgrad.medmnist.baseline.model;

/**
 * Represents a binary tree. Node 0 is the root; a node comes before its children, and the right child directly after
 * the left one.
 *
 * @param features by node, the feature that is compared; −1 in a leaf
 * @param thresholds by node: rows with {@code x[feature] ≤ threshold} go to the left
 * @param left by node, the number of the left child; 0 in a leaf
 * @param values by node, what a leaf predicts, (nodes, M)
 */
record Tree(int[] features, double[] thresholds, int[] left, double[][] values) {
    /** Returns the values of the leaf that a row ends in, (M). */
    double[] predict(double[] row) {
        int node = 0;
        while (features[node] >= 0) {
            node = row[features[node]] <= thresholds[node] ? left[node] : left[node] + 1;
        }
        return values[node];
    }
}
