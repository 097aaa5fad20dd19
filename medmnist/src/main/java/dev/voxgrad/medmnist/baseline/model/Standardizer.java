package dev.voxgrad.medmnist.baseline.model;

/**
 * Shifts and scales features so that those of the training rows have mean 0 and variance 1:
 * {@code z = (x − mean) / scale}. A feature that is constant in training has scale 1.
 *
 * @param mean of each feature, (F)
 * @param scale standard deviation of each feature, of the population, (F)
 */
record Standardizer(double[] mean, double[] scale) {
    /** A deviation of a constant feature that comes from rounding alone is smaller than this, relative to its mean. */
    private static final double ROUNDING = 1e-13;

    static Standardizer of(double[][] rows) {
        int features = rows[0].length;
        double[] mean = Columns.means(rows);
        double[] scale = new double[features];
        for (double[] row : rows) {
            for (int f = 0; f < features; f++) {
                double difference = row[f] - mean[f];
                scale[f] += difference * difference;
            }
        }
        for (int f = 0; f < features; f++) {
            double deviation = Math.sqrt(scale[f] / rows.length);
            scale[f] = deviation <= ROUNDING * Math.abs(mean[f]) ? 1 : deviation;
        }
        return new Standardizer(mean, scale);
    }

    /** Returns the standardised features, (N, F). */
    double[][] apply(double[][] rows) {
        double[][] standardized = new double[rows.length][mean.length];
        for (int i = 0; i < rows.length; i++) {
            for (int f = 0; f < mean.length; f++) {
                standardized[i][f] = (rows[i][f] - mean[f]) / scale[f];
            }
        }
        return standardized;
    }

    void writeTo(ModelArrays.Writer out) {
        out.vector("mean", mean);
        out.vector("scale", scale);
    }

    static Standardizer read(ModelArrays arrays, int features) {
        Standardizer read = new Standardizer(arrays.vector("mean", features), arrays.vector("scale", features));
        for (double scale : read.scale) {
            arrays.require(scale > 0, "scale", "has a value that is not positive");
        }
        return read;
    }
}
