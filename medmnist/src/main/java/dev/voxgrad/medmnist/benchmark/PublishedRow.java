package dev.voxgrad.medmnist.benchmark;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.data.DatasetInfo;
import dev.voxgrad.medmnist.metrics.Metrics;

/**
 * Holds the published results of one method on the test splits of the six sets, volumes of 28³.
 *
 * <p>The rows of the benchmark are from Yang et al., "MedMNIST v2 – A large-scale lightweight benchmark for 2D and 3D
 * biomedical image classification", Scientific Data 10, 41, 2023 (table of MedMNIST3D), which medmnist.com shows, too.
 * The row of the study is from its report, "MedMNIST 3D deep learning model development" (table 1).
 *
 * <p>The paper's figures were entered twice, from different copies of its table, and agree. For the nodule and vessel
 * sets, whose volumes were revised after the first publication, one of the copies has only the row of ResNet-50 + 3D;
 * their other figures are as the study's report quotes them from the paper.
 *
 * @param net name of the net in this program; null for a method that is not one net
 * @param method name of the method in the published table
 * @param figures AUC and accuracy on each set
 */
public record PublishedRow(@Nullable String net, String method, Map<DatasetInfo, Metrics> figures) {
    /** The citation of the benchmark's rows. */
    public static final String CITATION =
            "Yang et al., MedMNIST v2 – A large-scale lightweight benchmark for 2D and 3D "
                    + "biomedical image classification, Scientific Data 10, 41, 2023";

    public static final String ADDRESS = "https://doi.org/10.1038/s41597-022-01721-8";

    /** The citation of the study's row. */
    public static final String STUDY_CITATION = "MedMNIST 3D deep learning model development, table 1";

    private static final String TABLE = """
            net           | method                    | organ       | nodule      | fracture    | adrenal     | vessel      | synapse
            resnet18-2.5d | ResNet-18 + 2.5D          | .977 / .788 | .838 / .835 | .587 / .451 | .718 / .772 | .748 / .846 | .634 / .696
            resnet18-3d   | ResNet-18 + 3D            | .996 / .907 | .863 / .844 | .712 / .508 | .827 / .721 | .874 / .877 | .820 / .745
            resnet18-acs  | ResNet-18 + ACS           | .994 / .900 | .873 / .847 | .714 / .497 | .839 / .754 | .930 / .928 | .705 / .722
            resnet50-2.5d | ResNet-50 + 2.5D          | .974 / .769 | .835 / .848 | .552 / .397 | .732 / .763 | .751 / .877 | .669 / .735
            resnet50-3d   | ResNet-50 + 3D            | .994 / .883 | .875 / .847 | .725 / .494 | .828 / .745 | .907 / .918 | .851 / .795
            resnet50-acs  | ResNet-50 + ACS           | .994 / .889 | .886 / .841 | .750 / .517 | .828 / .758 | .912 / .858 | .719 / .709
                          | auto-sklearn              | .977 / .814 | .914 / .874 | .628 / .453 | .828 / .802 | .910 / .915 | .631 / .730
                          | AutoKeras                 | .979 / .804 | .844 / .834 | .642 / .458 | .804 / .705 | .773 / .894 | .538 / .724
                          | Original study            | .997 / .933 | .914 / .868 | .757 / .604 | .854 / .815 | .973 / .969 | .925 / .878
            """;

    private static final List<PublishedRow> ROWS = parse(TABLE);

    public PublishedRow {
        figures = Map.copyOf(figures);
    }

    /** Returns the eight rows of the benchmark, in the order of its table. */
    public static List<PublishedRow> ofBenchmark() {
        return ROWS.subList(0, ROWS.size() - 1);
    }

    /** Returns the row of the study that this program reproduces: an ensemble of 15 models, 500 epochs each. */
    public static PublishedRow ofStudy() {
        return ROWS.getLast();
    }

    /** Returns the row of a net of this program; empty if none was published. */
    public static Optional<PublishedRow> ofNet(String net) {
        return ROWS.stream().filter(row -> net.equals(row.net())).findFirst();
    }

    /** Returns AUC and accuracy on a set. */
    public Metrics on(DatasetInfo set) {
        return Objects.requireNonNull(figures.get(set));
    }

    private static List<PublishedRow> parse(String table) {
        List<List<String>> lines = table.lines()
                .map(line -> Arrays.stream(line.split("\\|")).map(String::strip).toList())
                .toList();
        List<DatasetInfo> sets = lines.getFirst().stream()
                .skip(2)
                .map(name -> DatasetInfo.valueOf(name.toUpperCase(Locale.ROOT)))
                .toList();
        return lines.stream().skip(1).map(cells -> row(cells, sets)).toList();
    }

    private static PublishedRow row(List<String> cells, List<DatasetInfo> sets) {
        Map<DatasetInfo, Metrics> figures = new EnumMap<>(DatasetInfo.class);
        for (int i = 0; i < sets.size(); i++) {
            String[] parts = cells.get(2 + i).split(" / ");
            figures.put(sets.get(i), new Metrics(Double.parseDouble(parts[0]), Double.parseDouble(parts[1])));
        }
        return new PublishedRow(cells.get(0).isEmpty() ? null : cells.get(0), cells.get(1), figures);
    }
}
