package dev.voxgrad.medmnist.report;

import java.util.List;

/**
 * Holds published figures of an official data set, on its test split.
 *
 * <p>They are from Yang et al., "MedMNIST v2 – A large-scale lightweight benchmark for 2D and 3D biomedical image
 * classification", Scientific Data 10, 41, 2023 (table of MedMNIST3D, volumes of 28³), which medmnist.com shows, too.
 * For the nodule and vessel sets, whose volumes were revised after the first publication, only the rows are given that
 * are known for the current versions.
 *
 * @param method the method that was trained
 * @param auc on the test split
 * @param accuracy on the test split
 */
record Benchmark(String method, double auc, double accuracy) {
    /** The citation of the rows. */
    static final String CITATION = "Yang et al., MedMNIST v2 – A large-scale lightweight benchmark for 2D and 3D "
            + "biomedical image classification, Scientific Data 10, 41, 2023";

    static final String ADDRESS = "https://doi.org/10.1038/s41597-022-01721-8";

    /** Returns the rows of a set, by its flag; none for sets that are not official. */
    static List<Benchmark> of(String flag) {
        return switch (flag) {
            case "organmnist3d" ->
                rows(
                        0.977, 0.788, 0.996, 0.907, 0.994, 0.900, 0.974, 0.769, 0.994, 0.883, 0.994, 0.889, 0.977,
                        0.814, 0.979, 0.804);
            case "nodulemnist3d" -> List.of(new Benchmark("ResNet-50 + 3D", 0.875, 0.847));
            case "adrenalmnist3d" ->
                rows(
                        0.718, 0.772, 0.827, 0.721, 0.839, 0.754, 0.732, 0.763, 0.828, 0.745, 0.828, 0.758, 0.828,
                        0.802, 0.804, 0.705);
            case "fracturemnist3d" ->
                rows(
                        0.587, 0.451, 0.712, 0.508, 0.714, 0.497, 0.552, 0.397, 0.725, 0.494, 0.750, 0.517, 0.628,
                        0.453, 0.642, 0.458);
            case "vesselmnist3d" -> List.of(new Benchmark("ResNet-50 + 3D", 0.907, 0.918));
            case "synapsemnist3d" ->
                rows(
                        0.634, 0.696, 0.820, 0.745, 0.705, 0.722, 0.669, 0.735, 0.851, 0.795, 0.719, 0.709, 0.631,
                        0.730, 0.538, 0.724);
            default -> List.of();
        };
    }

    /** Returns the published result of the study that this program reproduces: 15 models, 500 epochs each. */
    static List<Benchmark> study(String flag) {
        return flag.equals("adrenalmnist3d")
                ? List.of(new Benchmark("Original study, 15 models", 0.854, 0.815))
                : List.of();
    }

    /** Returns rows of the table's eight methods in its order, each with AUC and accuracy. */
    private static List<Benchmark> rows(double... figures) {
        String[] methods = {
            "ResNet-18 + 2.5D",
            "ResNet-18 + 3D",
            "ResNet-18 + ACS",
            "ResNet-50 + 2.5D",
            "ResNet-50 + 3D",
            "ResNet-50 + ACS",
            "auto-sklearn",
            "AutoKeras"
        };
        Benchmark[] rows = new Benchmark[methods.length];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = new Benchmark(methods[i], figures[2 * i], figures[2 * i + 1]);
        }
        return List.of(rows);
    }
}
