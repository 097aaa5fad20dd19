package dev.voxgrad.medmnist.baseline.model;

/**
 * Projects rows to principal components: {@code score[k] = Σ over f of (x[f] − mean[f])·component[k][f]}. Source:
 * Jolliffe, "Principal Component Analysis", 2nd edition, 2002.
 *
 * @param mean of each feature in training, (F)
 * @param components orthogonal axes of length 1, the one with the largest variance first, (components, F)
 */
record Pca(double[] mean, double[][] components) {
    /** Returns the scores of rows, (N, components). */
    double[][] scores(double[][] rows) {
        double[][] scores = new double[rows.length][components.length];
        double[] centered = new double[mean.length];
        for (int i = 0; i < rows.length; i++) {
            for (int f = 0; f < centered.length; f++) {
                centered[f] = rows[i][f] - mean[f];
            }
            for (int k = 0; k < components.length; k++) {
                scores[i][k] = Vectors.dot(components[k], centered);
            }
        }
        return scores;
    }

    void writeTo(ModelArrays.Writer out) {
        out.vector("mean", mean);
        out.matrix("components", components);
    }

    static Pca read(ModelArrays arrays, int features, int most) {
        Pca pca = new Pca(arrays.vector("mean", features), arrays.rows("components", features));
        int found = pca.components.length;
        arrays.require(found >= 1 && found <= most, "components", "has " + found + " rows; expected 1 to " + most);
        return pca;
    }
}
