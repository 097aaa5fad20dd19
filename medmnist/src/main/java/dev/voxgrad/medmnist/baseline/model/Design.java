package dev.voxgrad.medmnist.baseline.model;

/**
 * Represents weight vectors w of F features by coordinates v, in which a solver computes with rows X, (N, F).
 */
sealed interface Design {
    /** Returns the number of rows, N. */
    int rows();

    /** Returns the number of coordinates of a weight vector. */
    int size();

    /** Returns Xw, (N). */
    double[] margins(double[] v);

    /** Returns the coordinates of the weight vector Xᵀr. */
    double[] transposed(double[] r);

    /** Returns the scalar product of two weight vectors. */
    double dot(double[] v, double[] u);

    /** Takes the weights themselves as coordinates: w = v. */
    record OfFeatures(double[][] x) implements Design {
        @Override
        public int rows() {
            return x.length;
        }

        @Override
        public int size() {
            return x[0].length;
        }

        @Override
        public double[] margins(double[] v) {
            double[] margins = new double[x.length];
            for (int i = 0; i < margins.length; i++) {
                margins[i] = Vectors.dot(x[i], v);
            }
            return margins;
        }

        @Override
        public double[] transposed(double[] r) {
            double[] sums = new double[size()];
            for (int i = 0; i < x.length; i++) {
                Vectors.addTo(sums, r[i], x[i]);
            }
            return sums;
        }

        @Override
        public double dot(double[] v, double[] u) {
            return Vectors.dot(v, u);
        }
    }

    /**
     * Takes the factors of a sum of rows as coordinates: w = Xᵀv.
     *
     * @param gram XXᵀ, (N, N)
     */
    record OfRows(double[][] gram) implements Design {
        @Override
        public int rows() {
            return gram.length;
        }

        @Override
        public int size() {
            return gram.length;
        }

        @Override
        public double[] margins(double[] v) {
            return new OfFeatures(gram).margins(v);
        }

        @Override
        public double[] transposed(double[] r) {
            return r.clone();
        }

        @Override
        public double dot(double[] v, double[] u) {
            return Vectors.dot(v, margins(u));
        }
    }
}
