package dev.voxgrad.medmnist.baseline.model;

/** Predicts one class per row. */
public interface FittedClassifier {
    /**
     * Returns the probability of each class.
     *
     * @param x features of the rows, (N, F)
     * @return (N, K); each row adds up to 1
     */
    double[][] probabilities(double[][] x);

    /** Writes everything that predictions depend on, so that {@link Classifier#read} gives the same model. */
    void writeTo(ModelArrays.Writer out);
}
