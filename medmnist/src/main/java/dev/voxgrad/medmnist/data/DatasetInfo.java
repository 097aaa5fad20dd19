package dev.voxgrad.medmnist.data;

import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

import dev.voxgrad.engine.flag.Flagged;
import dev.voxgrad.engine.flag.Flags;
import dev.voxgrad.medmnist.io.DataException;

/**
 * The six 3D sets of MedMNIST v2 and what their makers publish about them.
 *
 * <p>Names, counts, labels and MD5 sums are those of {@code medmnist/info.py} of the Python package
 * (version 3); the descriptions are ours. Source: Yang et al., "MedMNIST v2 – A large-scale lightweight
 * benchmark for 2D and 3D biomedical image classification", Scientific Data 10, 41, 2023.
 */
public enum DatasetInfo implements Flagged {
    ORGAN(
            "OrganMNIST3D",
            Task.MULTI_CLASS,
            false,
            "Eleven organs of the body, each cut out of abdominal CT scans by its bounding box.",
            List.of(
                    "liver",
                    "kidney-right",
                    "kidney-left",
                    "femur-right",
                    "femur-left",
                    "bladder",
                    "heart",
                    "lung-right",
                    "lung-left",
                    "spleen",
                    "pancreas"),
            new Counts(971, 161, 610),
            "a0c5a1ff56af4f155c46d46fbb45a2fe",
            "58a2205adf14a9d0a189cb06dc78bf10"),
    NODULE(
            "NoduleMNIST3D",
            Task.BINARY,
            true,
            "Lung nodules in thoracic CT, benign or malignant; cases of middling malignancy are left out.",
            List.of("benign", "malignant"),
            new Counts(1158, 165, 310),
            "8755a7e9e05a4d9ce80a24c3e7a256f3",
            "c47c5b7d457bf6332200d2ea6d64ecd8"),
    ADRENAL(
            "AdrenalMNIST3D",
            Task.BINARY,
            true,
            "Outlines of adrenal glands drawn by an expert on abdominal CT: the shape alone distinguishes normal from mass.",
            List.of("normal", "hyperplasia"),
            new Counts(1188, 98, 298),
            "bbd3c5a5576322bc4cdfea780653b1ce",
            "17721accfe9fb005146a47d33bc54b2f"),
    FRACTURE(
            "FractureMNIST3D",
            Task.MULTI_CLASS,
            true,
            "Rib fractures in CT, cut out around the fracture, of three kinds.",
            List.of("buckle rib fracture", "nondisplaced rib fracture", "displaced rib fracture"),
            new Counts(1027, 103, 240),
            "6aa7b0143a6b42da40027a9dda61302f",
            "f01d7e6316aedf4210da0da5b7437b42"),
    VESSEL(
            "VesselMNIST3D",
            Task.BINARY,
            false,
            "Pieces of brain vessels rebuilt from MR angiography and filled with voxels: healthy or with aneurysm.",
            List.of("vessel", "aneurysm"),
            new Counts(1335, 191, 382),
            "b41fd4f7e7e2feedddb201585ecafa1b",
            "6bb274a8846e1097066dcd64e2c4520f"),
    SYNAPSE(
            "SynapseMNIST3D",
            Task.BINARY,
            true,
            "Synapses of an adult rat's brain in electron microscopy, inhibitory or excitatory.",
            List.of("inhibitory synapse", "excitatory synapse"),
            new Counts(1230, 177, 352),
            "1235b78a3cd6280881dd7850a78eadb6",
            "43bd14ebf3af9d3dd072446fedc14d5e");

    private static final String RECORD = "https://zenodo.org/records/10519652/files/";

    private final String pythonClass;
    private final Task task;
    private final boolean zNormalized;
    private final String description;
    private final List<String> labelNames;
    private final Counts counts;
    private final List<Source> sources;

    DatasetInfo(
            String pythonClass,
            Task task,
            boolean zNormalized,
            String description,
            List<String> labelNames,
            Counts counts,
            String md5Of28,
            String md5Of64) {
        this.pythonClass = pythonClass;
        this.task = task;
        this.zNormalized = zNormalized;
        this.description = description;
        this.labelNames = labelNames;
        this.counts = counts;
        this.sources = List.of(source(28, flag() + ".npz", md5Of28), source(64, flag() + "_64.npz", md5Of64));
    }

    /** Numbers of samples in the three splits. */
    public record Counts(int train, int val, int test) {
        int total() {
            return train + val + test;
        }

        @Override
        public String toString() {
            return train + "/" + val + "/" + test;
        }
    }

    /**
     * One official file.
     *
     * @param size edge length of its cubes in voxels
     * @param fileName name under the data root
     * @param md5 published MD5 sum, 32 lower-case hexadecimal digits
     * @param address where it is downloaded from
     */
    public record Source(int size, String fileName, String md5, URI address) {
        /** Returns a length in bytes that no official file of that size has: its voxels and labels take less. */
        public long impossibleLength() {
            int volumes = Arrays.stream(values())
                    .map(DatasetInfo::counts)
                    .mapToInt(Counts::total)
                    .max()
                    .orElseThrow();
            return (1L + size) * size * size * volumes + (1 << 20);
        }
    }

    private static Source source(int size, String fileName, String md5) {
        return new Source(size, fileName, md5, URI.create(RECORD + fileName + "?download=1"));
    }

    /**
     * Returns the set of a flag, such as {@code adrenalmnist3d}; an unknown flag is an error that lists the known ones.
     */
    public static DatasetInfo byFlag(String flag) {
        List<DatasetInfo> known = List.of(values());
        return Flags.find(flag, known)
                .orElseThrow(() -> new DataException(
                        "unknown data set flag '" + flag + "'; known flags are " + Flags.list(known)));
    }

    /** Returns the short name used for files and on the command line: the Python class in lower case. */
    @Override
    public String flag() {
        return name().toLowerCase(Locale.ROOT) + "mnist3d";
    }

    /** Returns the name of the set, and of its class in the Python package. */
    public String pythonClass() {
        return pythonClass;
    }

    public Task task() {
        return task;
    }

    public String description() {
        return description;
    }

    /** Returns the names of the classes, in the order of their label values 0, 1, … */
    public List<String> labelNames() {
        return labelNames;
    }

    public int classes() {
        return labelNames.size();
    }

    /** Returns the channels of a volume: 1 in every set. */
    public int channels() {
        return 1;
    }

    public Counts counts() {
        return counts;
    }

    public String licence() {
        return "CC BY 4.0";
    }

    /** Returns whether the original study z-normalises each volume: every set but organ and vessel. */
    public boolean zNormalized() {
        return zNormalized;
    }

    /** Returns whether the volumes are masks of shapes, with no values but 0 and 255: those of adrenal and vessel. */
    public boolean isMasks() {
        return this == ADRENAL || this == VESSEL;
    }

    /** Returns the official files, smallest volumes first. */
    public List<Source> sources() {
        return sources;
    }

    /** Returns the file with cubes of that edge length; another size is an error that lists the known ones. */
    public Source source(int size) {
        return sources.stream()
                .filter(source -> source.size() == size)
                .findFirst()
                .orElseThrow(() -> new DataException(flag() + " has no size " + size + "; known sizes are "
                        + sources.stream().map(s -> String.valueOf(s.size())).collect(Collectors.joining(", "))));
    }
}
